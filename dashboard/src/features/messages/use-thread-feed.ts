import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { announce } from '@/lib/announce';
import { toApiError } from '@/lib/api-error';
import {
  ConversationFeed,
  type PresenceState,
  type SyncStatus,
  type Transport,
} from '@/lib/realtime';
import { type Conversation, conversationSchema } from '@/types/conversation';
import { type Message, messageSchema } from '@/types/message';
import { fetchChanges, fetchMessages, type MessagePage, messagesKey } from './api';
import { mergeMessages } from './merge';

const TYPING_LASTS_MS = 6000;
const POLL_MS = 5000;

export interface TypingActor {
  type: 'user' | 'contact';
  id: string;
  name: string;
}

interface ThreadFeedOptions {
  conversationId: string;
  /** Null until the first page is there; the feed starts from its seq. */
  start: { topic: string; lastSeq: number } | null;
  me: PresenceState;
  transport: Transport;
  status: SyncStatus;
  onConversation: (row: Conversation) => void;
  /** The row may have changed in ways the changes do not carry. */
  onStale: () => void;
  onLost: () => void;
}

/** Keeps an open conversation current and tells who else is in it. */
export function useThreadFeed({
  conversationId,
  start,
  me,
  transport,
  status,
  onConversation,
  onStale,
  onLost,
}: ThreadFeedOptions) {
  const client = useQueryClient();
  const [others, setOthers] = useState<PresenceState[]>([]);
  const [typing, setTyping] = useState<TypingActor | null>(null);
  const feedRef = useRef<ConversationFeed<Message> | null>(null);

  const merge = (messages: Message[], lastSeq: number): void => {
    client.setQueryData<MessagePage>(
      messagesKey(conversationId),
      (page) => page && mergeMessages(page, messages, lastSeq),
    );
  };

  const onEvent = useEffectEvent((event: string, payload: Record<string, unknown>) => {
    if (event === 'typing') {
      const actor = payload.actor as TypingActor | undefined;
      if (!actor || actor.id === me.user_id) return;
      setTyping(payload.typing === true ? actor : null);
      return;
    }
    const seq = payload.seq as number;
    if (event === 'conversation.updated') {
      const row = conversationSchema.safeParse(payload.conversation);
      if (row.success) onConversation(row.data);
      else onStale();
      return;
    }
    const message = messageSchema.safeParse(payload.message);
    if (!message.success) {
      onStale();
      return;
    }
    merge([message.data], seq);
    if (event === 'message.created' && message.data.message_type === 'incoming') {
      setTyping(null);
      announce(`${message.data.sender.name ?? ''}: ${message.data.content ?? ''}`);
    }
  });

  const onPulled = useEffectEvent((messages: Message[], lastSeq: number, missed: boolean) => {
    if (!missed) return;
    merge(messages, lastSeq);
    status.filled(messages.length);
    onStale();
  });

  const onReset = useEffectEvent(async (feed: ConversationFeed<Message> | null) => {
    const page = await fetchMessages(conversationId).catch(() => null);
    if (!page || !feed) return;
    client.setQueryData(messagesKey(conversationId), page);
    feed.resume(page.last_seq);
    onStale();
  });

  const lost = useEffectEvent(() => onLost());
  const presence = useEffectEvent((states: PresenceState[]) => {
    const unique = new Map(states.map((state) => [state.user_id, state]));
    unique.delete(me.user_id);
    setOthers([...unique.values()]);
  });

  const startTopic = start?.topic ?? null;
  const startSeq = useEffectEvent(() => start?.lastSeq ?? 0);
  useEffect(() => {
    if (startTopic === null) return;
    const feed = new ConversationFeed<Message>({
      transport,
      topic: startTopic,
      lastSeq: startSeq(),
      pull: (after) => fetchChanges(conversationId, after),
      onEvent,
      onPulled: (changes, missed) => onPulled(changes.messages, changes.last_seq, missed),
      onReset: () => void onReset(feedRef.current),
      onLost: lost,
      onPresence: presence,
      isLost: (error) => toApiError(error).code === 'conversation_not_found',
    });
    feedRef.current = feed;
    const poll = setInterval(() => {
      if (status.snapshot().link !== 'live' && navigator.onLine) void feed.pull();
    }, POLL_MS);
    return () => {
      clearInterval(poll);
      feed.close();
      feedRef.current = null;
      setOthers([]);
      setTyping(null);
    };
  }, [conversationId, startTopic, transport, status]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new feed has to be told again
  useEffect(() => feedRef.current?.track(me), [me, startTopic]);

  useEffect(() => {
    if (!typing) return;
    const timer = setTimeout(() => setTyping(null), TYPING_LASTS_MS);
    return () => clearTimeout(timer);
  }, [typing]);

  return { others, typing };
}
