/** The nouns of the wire, as the database's visitor functions return them. */

export interface Conversation {
  id: string;
  status: 'open' | 'pending' | 'snoozed' | 'resolved';
  last_seq: number;
  unread_count: number;
  last_activity_at: string;
  can_reply: boolean;
}

export interface Message {
  id: string;
  conversation_id: string;
  /** The conversation's gap-free counter at this message's last change. */
  seq: number;
  /** Where the message stands in the conversation; never changes. */
  position: number;
  message_type: 'incoming' | 'outgoing' | 'template';
  content_type: string;
  content: string | null;
  content_attributes: Record<string, unknown> | null;
  status: string;
  sender: {
    type: 'user' | 'contact' | 'system';
    name: string | null;
    avatar_url: string | null;
  } | null;
  created_at: string;
}

export interface MessagePage {
  messages: Message[];
  has_more: boolean;
  last_seq: number;
}

/** What the service knows about the inbox when it renders the page around us. */
export interface Inbox {
  name: string;
  color: string;
  welcome_title: string | null;
  welcome_tagline: string | null;
  reply_time: string | null;
}

export interface FrameConfig {
  supabase_url: string;
  publishable_key: string;
  website_token: string;
  locale: string;
  inbox: Inbox;
}
