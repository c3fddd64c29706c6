import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Condition } from '@/types/condition';
import type { Conversation } from '@/types/conversation';
import { fetchMeeting, fetchPage, fetchRows, type ListFilter, listKey, type Page } from './api';
import { mergeHead, mergeRows } from './list-merge';

/** Everything the cache holds about conversations of one account, kept in step with live hints. */
export class ConversationCache {
  constructor(
    private readonly client: QueryClient,
    private readonly accountId: string,
    private readonly userId: string,
  ) {}

  /**
   * Brings rows into every loaded list and into the open conversation. `meeting` says which of them meet
   * the conditions of a list; without it, such a list keeps what it has.
   */
  put(ids: string[], rows: Conversation[], meeting?: ReadonlyMap<string, Set<string>>): void {
    for (const [filter, data] of this.#lists()) {
      const met = meeting?.get(JSON.stringify(filter.conditions));
      const pages = mergeRows(data.pages, ids, rows, filter, this.userId, met);
      this.#set(filter, { ...data, pages });
    }
    for (const row of rows) {
      this.client.setQueryData(['conversation', this.accountId, row.display_id], row);
    }
  }

  /** Asks again for rows a hint named, and for the counts they may have changed. */
  async refresh(ids: string[]): Promise<void> {
    await this.settle(ids, await fetchRows(ids));
  }

  /** Puts rows that the server just answered with, having asked which lists by conditions they are in. */
  async settle(ids: string[], rows: Conversation[]): Promise<void> {
    const asked = new Map<string, Condition[]>();
    for (const [{ conditions }] of this.#lists())
      if (conditions) asked.set(JSON.stringify(conditions), conditions);
    const meeting = await Promise.all(
      [...asked].map(
        async ([key, conditions]) =>
          [key, await fetchMeeting(this.accountId, conditions, ids)] as const,
      ),
    );
    this.put(ids, rows, new Map(meeting));
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
