/** The nouns of the wire, as the database's visitor functions return them. */

export interface Conversation {
  id: string;
  status: 'open' | 'pending' | 'snoozed' | 'resolved';
  last_seq: number;
  unread_count: number;
  last_activity_at: string;
  can_reply: boolean;
  /** The visitor may resolve it. */
  can_end?: boolean;
}

/** A file, a place or a card of a message. */
export interface Attachment {
  id: string;
  file_type: string;
  /** pending: being looked at; failed: refused. */
  state: 'pending' | 'ready' | 'failed';
  path: string | null;
  thumb_path: string | null;
  file_name: string | null;
  content_type: string | null;
  byte_size: number | null;
  width: number | null;
  height: number | null;
  coordinates_lat: number | null;
  coordinates_long: number | null;
  fallback_title: string | null;
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
  attachments?: Attachment[];
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
  avatar_url: string | null;
  /** What visitors may do besides writing: attachments, emoji_picker, end_conversation. */
  features: string[];
  /** What is asked before the first message; null: nothing. */
  pre_chat_form: { pre_chat_message?: string; pre_chat_fields?: unknown } | null;
  agents_online: boolean;
  out_of_office: boolean;
}

export interface FrameConfig {
  supabase_url: string;
  publishable_key: string;
  website_token: string;
  locale: string;
  inbox: Inbox;
}
