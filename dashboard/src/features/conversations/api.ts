import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { rpc } from '@/lib/supabase';
import {
  type Conversation,
  type ConversationStatus,
  conversationSchema,
} from '@/types/conversation';

export const sorts = ['newest', 'oldest', 'waiting', 'created'] as const;
export const statusFilters = ['open', 'pending', 'snoozed', 'resolved', 'all'] as const;

export interface ListFilter {
  tab: 'mine' | 'unassigned' | 'all';
  status: (typeof statusFilters)[number];
  sort: (typeof sorts)[number];
  inboxId: string | null;
}

const countsSchema = z.object({ mine: z.number(), unassigned: z.number(), all: z.number() });
const pageSchema = z.object({
  rows: z.array(conversationSchema),
  next_cursor: z.nullable(z.unknown()),
  /** With the first page only. */
  counts: z.nullable(countsSchema),
});

export type Counts = z.infer<typeof countsSchema>;
export type Page = z.infer<typeof pageSchema>;

const PAGE_SIZE = 50;

export const fetchPage = async (
  accountId: string,
  filter: ListFilter,
  cursor: unknown,
  limit = PAGE_SIZE,
): Promise<Page> =>
  pageSchema.parse(
    await rpc('conversation_list', {
      p_account_id: accountId,
      p_tab: filter.tab,
      p_status: filter.status,
      p_inbox_id: filter.inboxId,
      p_sort: filter.sort,
      p_cursor: cursor,
      p_limit: limit,
    }),
  );

export const listKey = (accountId: string) => ['conversations', accountId] as const;

export const listQuery = (accountId: string, filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: [...listKey(accountId), filter],
    queryFn: ({ pageParam }) => fetchPage(accountId, filter, pageParam),
    initialPageParam: null as unknown,
    getNextPageParam: (page) => page.next_cursor,
  });

/** How many conversations each tab holds; apart from the list, which changes more often. */
export const countsQuery = (accountId: string, filter: Pick<ListFilter, 'status' | 'inboxId'>) =>
  queryOptions({
    queryKey: ['counts', accountId, filter.status, filter.inboxId],
    queryFn: async (): Promise<Counts | null> =>
      (await fetchPage(accountId, { ...filter, tab: 'all', sort: 'newest' }, null, 1)).counts,
  });

export const conversationQuery = (accountId: string, displayId: number) =>
  queryOptions({
    queryKey: ['conversation', accountId, displayId],
    queryFn: async (): Promise<Conversation> =>
      conversationSchema.parse(
        await rpc('conversation_by_display_id', {
          p_account_id: accountId,
          p_display_id: displayId,
        }),
      ),
  });

export const fetchRows = async (ids: string[]): Promise<Conversation[]> =>
  z.array(conversationSchema).parse(await rpc('conversation_rows', { p_ids: ids }));

export const setStatus = async (
  id: string,
  status: ConversationStatus,
  snoozedUntil: string | null,
): Promise<Conversation> =>
  conversationSchema.parse(
    await rpc('set_conversation_status', {
      p_conversation_id: id,
      p_status: status,
      p_snoozed_until: snoozedUntil,
    }),
  );

export const assign = async (id: string, assigneeId: string | null): Promise<Conversation> =>
  conversationSchema.parse(
    await rpc('assign_conversation', { p_conversation_id: id, p_assignee_id: assigneeId }),
  );

export const markRead = (id: string): Promise<void> =>
  rpc('mark_conversation_read', { p_conversation_id: id });

export const markUnread = (id: string): Promise<void> =>
  rpc('mark_conversation_unread', { p_conversation_id: id });
