import type { Conversation } from '@/types/conversation';
import type { Message } from '@/types/message';

/** A conversation as the database would return it, with what the test cares about. */
export const aConversation = (change: Partial<Conversation> = {}): Conversation => ({
  id: 'c1',
  account_id: 'a1',
  display_id: 1,
  inbox_id: 'i1',
  status: 'open',
  priority: null,
  assignee_id: null,
  team_id: null,
  labels: [],
  snoozed_until: null,
  waiting_since: null,
  first_reply_created_at: null,
  last_activity_at: '2026-11-24T09:00:00Z',
  created_at: '2026-11-24T08:00:00Z',
  unread_count: 0,
  last_seq: 1,
  preview: null,
  contact: {
    id: 'p1',
    name: 'Maria',
    email: null,
    phone_number: null,
    avatar_url: null,
    identified: 'anonymous',
  },
  topic: 'conversation:c1:1',
  ...change,
});

export const aMessage = (change: Partial<Message> = {}): Message => ({
  id: 'm1',
  conversation_id: 'c1',
  seq: 1,
  updated_seq: change.seq ?? 1,
  message_type: 'incoming',
  content_type: 'text',
  content: 'Hello',
  content_attributes: null,
  private: false,
  status: 'sent',
  sender: { type: 'contact', id: 'p1', name: 'Maria', avatar_url: null },
  created_at: '2026-11-24T09:00:00Z',
  edited_at: null,
  deleted_at: null,
  ...change,
});
