import * as z from 'zod/mini';

export const attachmentSchema = z.object({
  id: z.string(),
  /** image, audio, video, file, location, contact or another word of the channel's. */
  file_type: z.string(),
  state: z.enum(['pending', 'ready', 'failed']),
  path: z.nullish(z.string()),
  thumb_path: z.nullish(z.string()),
  external_url: z.nullish(z.string()),
  file_name: z.nullish(z.string()),
  content_type: z.nullish(z.string()),
  byte_size: z.nullish(z.number()),
  width: z.nullish(z.number()),
  height: z.nullish(z.number()),
  coordinates_lat: z.nullish(z.number()),
  coordinates_long: z.nullish(z.number()),
  fallback_title: z.nullish(z.string()),
  error: z.nullish(z.string()),
  /** What else the channel told: its own kind, a Content-ID, a contact's numbers. */
  meta: z.nullish(z.record(z.string(), z.unknown())),
});

/** A file, a place or a card that came with a message. */
export type Attachment = z.infer<typeof attachmentSchema>;

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
  attachments: z.optional(z.array(attachmentSchema)),
});

/** One message, note or activity line of a conversation. */
export type Message = z.infer<typeof messageSchema>;
