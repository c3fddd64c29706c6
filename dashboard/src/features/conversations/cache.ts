import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Conversation } from '@/types/conversation';
import { fetchPage, fetchRows, type ListFilter, listKey, type Page } from './api';
import { mergeHead, mergeRows } from './list-merge';

/** Everything the cache holds about conversations of one account, kept in step with live hints. */
export class ConversationCache {
  constructor(
    private readonly client: QueryClient,
    private readonly accountId: string,
    private readonly userId: string,
  ) {}

  /** Brings rows into every loaded list and into the open conversation. */
  put(ids: string[], rows: Conversation[]): void {
    for (const [filter, data] of this.#lists()) {
      this.#set(filter, { ...data, pages: mergeRows(data.pages, ids, rows, filter, this.userId) });
    }
    for (const row of rows) {
      this.client.setQueryData(['conversation', this.accountId, row.display_id], row);
    }
  }

  /** Asks again for rows a hint named, and for the counts they may have changed. */
  async refresh(ids: string[]): Promise<void> {
    this.put(ids, await fetchRows(ids));
    void this.client.invalidateQueries({ queryKey: ['counts', this.accountId] });
  }

  /** After an interruption: the first page of each list on screen, merged into what is loaded. */
  async refreshHeads(): Promise<void> {
    const lists = this.#lists();
    void this.client.invalidateQueries({ queryKey: ['counts', this.accountId] });
    void this.client.invalidateQueries({ queryKey: ['conversation', this.accountId] });
    await Promise.all(
      lists.map(async ([filter]) => {
        const key = [...listKey(this.accountId), filter];
        if (this.client.getQueryCache().find({ queryKey: key })?.isActive() !== true) {
          await this.client.invalidateQueries({ queryKey: key });
          return;
        }
        const head = await fetchPage(this.accountId, filter, null);
        const data = this.client.getQueryData<InfiniteData<Page, unknown>>(key);
        if (data)
          this.#set(filter, fitParams({ ...data, pages: mergeHead(data.pages, head, filter) }));
      }),
    );
  }

  #lists(): [ListFilter, InfiniteData<Page, unknown>][] {
    return this.client
      .getQueriesData<InfiniteData<Page, unknown>>({ queryKey: listKey(this.accountId) })
      .flatMap(([key, data]) => (data ? [[key[2] as ListFilter, data]] : []));
  }

  #set(filter: ListFilter, data: InfiniteData<Page, unknown>): void {
    this.client.setQueryData([...listKey(this.accountId), filter], data);
  }
}

/** One parameter per page, as the query library expects. */
const fitParams = (data: InfiniteData<Page, unknown>): InfiniteData<Page, unknown> => ({
  ...data,
  pageParams: data.pageParams.slice(0, data.pages.length),
});
