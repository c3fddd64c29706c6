import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { rpc } from '@/lib/supabase';

const notificationSchema = z.object({
  id: z.string(),
  notification_type: z.string(),
  message_id: z.nullable(z.string()),
  actor: z.nullable(
    z.object({ id: z.string(), name: z.nullable(z.string()), avatar_url: z.nullish(z.string()) }),
  ),
  read_at: z.nullable(z.string()),
  created_at: z.string(),
  /** Null when the conversation is no longer this agent's to see. */
  conversation: z.nullable(
    z.object({
      display_id: z.number(),
      contact_name: z.nullable(z.string()),
      preview: z.nullable(z.object({ content: z.nullable(z.string()) })),
    }),
  ),
});
const pageSchema = z.object({
  rows: z.array(notificationSchema),
  next_cursor: z.nullable(z.unknown()),
  unread_count: z.number(),
});
const countSchema = z.object({ unread_count: z.number() });

export type Notification = z.infer<typeof notificationSchema>;

const PAGE_SIZE = 15;

const fetchPage = async (accountId: string, cursor: unknown, limit: number) =>
  pageSchema.parse(
    await rpc('notification_list', { p_account_id: accountId, p_cursor: cursor, p_limit: limit }),
  );

export const notificationsQuery = (accountId: string) =>
  infiniteQueryOptions({
    queryKey: ['notifications', accountId],
    queryFn: ({ pageParam }) => fetchPage(accountId, pageParam, PAGE_SIZE),
    initialPageParam: null as unknown,
    getNextPageParam: (page) => page.next_cursor,
  });

export const unreadCountKey = (accountId: string) => ['unread-notifications', accountId] as const;

export const unreadCountQuery = (accountId: string) =>
  queryOptions({
    queryKey: unreadCountKey(accountId),
    queryFn: async () => (await fetchPage(accountId, null, 1)).unread_count,
  });

/** Marks these, or all, and returns how many are left unread. */
export const markRead = async (accountId: string, ids: string[] | null): Promise<number> =>
  countSchema.parse(await rpc('mark_notifications_read', { p_account_id: accountId, p_ids: ids }))
    .unread_count;
