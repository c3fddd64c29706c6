import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import type { OutboxItem } from '@/lib/outbox';
import type { Changes } from '@/lib/realtime';
import { rpc } from '@/lib/supabase';
import { type Message, messageSchema } from '@/types/message';

const pageSchema = z.object({
  messages: z.array(messageSchema),
  has_more: z.boolean(),
  last_seq: z.number(),
  topic: z.string(),
});
const changesSchema = z.object({
  messages: z.array(messageSchema),
  last_seq: z.number(),
  topic: z.string(),
  reset: z.boolean(),
});

export type MessagePage = z.infer<typeof pageSchema>;

const FIRST_PAGE = 30;
/** Whoever scrolls up wants to go on scrolling. */
export const EARLIER_PAGE = 60;
/** What one question may ask for at most. */
export const LARGEST_PAGE = 200;

export const fetchMessages = async (
  conversationId: string,
  beforeSeq: number | null = null,
  limit: number = FIRST_PAGE,
): Promise<MessagePage> =>
  pageSchema.parse(
    await rpc('message_page', {
      p_conversation_id: conversationId,
      p_before_seq: beforeSeq,
      p_limit: limit,
    }),
  );

export const messagesKey = (conversationId: string) => ['messages', conversationId] as const;

export const messagesQuery = (conversationId: string) =>
  queryOptions({
    queryKey: messagesKey(conversationId),
    queryFn: () => fetchMessages(conversationId),
    // The feed keeps it current from the first load on.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const fetchChanges = async (
  conversationId: string,
  afterSeq: number,
): Promise<Changes<Message>> =>
  changesSchema.parse(
    await rpc('message_changes', { p_conversation_id: conversationId, p_after_seq: afterSeq }),
  );

export const sendMessage = async (item: OutboxItem): Promise<Message> =>
  messageSchema.parse(
    await rpc('send_message', {
      p_conversation_id: item.conversationId,
      p_id: item.id,
      p_content: item.content,
      p_private: item.private,
      p_expected_last_seq: item.expectedLastSeq,
      p_attachments: item.files?.map((file) => file.id) ?? [],
      p_in_reply_to: item.inReplyTo ?? null,
      p_content_attributes: {
        ...(item.template && { template_params: item.template }),
        ...(item.recipients && {
          to_emails: item.recipients.to,
          cc_emails: item.recipients.cc,
          bcc_emails: item.recipients.bcc,
        }),
      },
    }),
  );

export const editMessage = async (
  conversationId: string,
  id: string,
  content: string,
): Promise<Message> =>
  messageSchema.parse(
    await rpc('edit_message', { p_conversation_id: conversationId, p_id: id, p_content: content }),
  );

export const deleteMessage = async (conversationId: string, id: string): Promise<Message> =>
  messageSchema.parse(await rpc('delete_message', { p_conversation_id: conversationId, p_id: id }));

/** Puts a message the channel refused back in line. */
export const retryMessage = async (conversationId: string, id: string): Promise<Message> =>
  messageSchema.parse(await rpc('retry_message', { p_conversation_id: conversationId, p_id: id }));

export const setTyping = (
  conversationId: string,
  typing: boolean,
  isPrivate: boolean,
): Promise<void> =>
  rpc('set_typing', { p_conversation_id: conversationId, p_typing: typing, p_private: isPrivate });

const windowSchema = z.object({
  can_reply: z.boolean(),
  closes_at: z.nullable(z.string()),
  hours: z.nullable(z.number()),
  templates: z.boolean(),
  connection_state: z.nullable(z.string()),
  opted_out: z.boolean(),
});

/** Until when one may write freely, and what may be sent afterwards. */
export type ReplyWindow = z.infer<typeof windowSchema>;

/** Channels in which one may always write, so that nobody has to ask. */
const ALWAYS_OPEN = new Set(['web_widget', 'email']);
const LOOK_AGAIN_MS = 300_000;

/** Asked anew whenever the contact has written, and when the window closes. */
export const replyWindowQuery = (
  conversationId: string,
  channel: string | undefined,
  lastIncomingId: string | undefined,
) =>
  queryOptions({
    queryKey: ['reply-window', conversationId, lastIncomingId],
    queryFn: async (): Promise<ReplyWindow> =>
      windowSchema.parse(await rpc('reply_window', { p_conversation_id: conversationId })),
    enabled: channel !== undefined && !ALWAYS_OPEN.has(channel),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.can_reply && data.closes_at
        ? Math.min(Math.max(Date.parse(data.closes_at) - Date.now(), 1000), LOOK_AGAIN_MS)
        : false,
  });
