import * as z from 'zod/mini';

export const messageSchema = z.object({
  id: z.string(),
  conversation_id: z.string(),
  seq: z.number(),
  updated_seq: z.number(),
  message_type: z.enum(['incoming', 'outgoing', 'activity', 'template']),
  content_type: z.string(),
  content: z.nullable(z.string()),
  content_attributes: z.nullable(z.record(z.string(), z.unknown())),
  private: z.boolean(),
  status: z.enum(['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown']),
  sender: z.object({
    type: z.enum(['user', 'contact', 'system']),
    id: z.nullable(z.string()),
    name: z.nullable(z.string()),
    avatar_url: z.nullish(z.string()),
  }),
  created_at: z.string(),
  edited_at: z.nullish(z.string()),
  deleted_at: z.nullish(z.string()),
});

/** One message, note or activity line of a conversation. */
export type Message = z.infer<typeof messageSchema>;
