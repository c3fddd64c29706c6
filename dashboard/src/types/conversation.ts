import * as z from 'zod/mini';

export const conversationStatuses = ['open', 'pending', 'snoozed', 'resolved'] as const;
export type ConversationStatus = (typeof conversationStatuses)[number];

/** From the most to the least urgent. */
export const priorities = ['urgent', 'high', 'medium', 'low'] as const;
export type Priority = (typeof priorities)[number];

export const conversationSchema = z.object({
  id: z.string(),
  account_id: z.string(),
  display_id: z.number(),
  inbox_id: z.string(),
  status: z.enum(conversationStatuses),
  priority: z.nullish(z.enum(priorities)),
  assignee_id: z.nullable(z.string()),
  team_id: z.nullish(z.string()),
  labels: z.array(z.string()),
  custom_attributes: z.optional(z.record(z.string(), z.unknown())),
  snoozed_until: z.nullable(z.string()),
  waiting_since: z.nullable(z.string()),
  first_reply_created_at: z.nullable(z.string()),
  last_activity_at: z.string(),
  created_at: z.string(),
  unread_count: z.number(),
  last_seq: z.number(),
  preview: z.nullable(
    z.object({
      content: z.nullable(z.string()),
      message_type: z.string(),
      private: z.boolean(),
      sender_name: z.nullable(z.string()),
      created_at: z.string(),
    }),
  ),
  contact: z.object({
    id: z.string(),
    name: z.nullable(z.string()),
    email: z.nullable(z.string()),
    phone_number: z.nullable(z.string()),
    avatar_url: z.nullish(z.string()),
    identified: z.enum(['anonymous', 'claimed', 'verified']),
    blocked: z.optional(z.boolean()),
  }),
  topic: z.string(),
});

/** A conversation as lists and headers show it. */
export type Conversation = z.infer<typeof conversationSchema>;
