import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import * as z from 'zod/mini';
import { ConversationCache } from '@/features/conversations/cache';
import { inboxesQuery } from '@/features/inboxes/api';
import { outboxOf } from '@/features/messages/outbox';
import { unreadCountKey } from '@/features/notifications/api';
import { HEARTBEAT_MS, heartbeat } from '@/features/presence/api';
import { myTeamsQuery, teamsQuery } from '@/features/teams/api';
import type { OutboxItem } from '@/lib/outbox';
import { Coalescer, type SyncState, SyncStatus } from '@/lib/realtime';
import { SupabaseTransport } from '@/lib/socket';

const LIST_POLL_MS = 15_000;
const hintSchema = z.object({ conversation_id: z.string() });
const notifiedSchema = z.object({
  unread_count: z.number(),
  account_id: z.optional(z.string()),
  notification: z.optional(z.object({ account_id: z.string() })),
});

interface Live {
  status: SyncStatus;
  transport: SupabaseTransport;
  cache: ConversationCache;
  userId: string;
  accountId: string;
}

const LiveContext = createContext<Live | null>(null);

/** The live connection of the account on screen. */
export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive is used outside LiveProvider');
  return live;
}

export const useSyncState = (status: SyncStatus): SyncState =>
  useSyncExternalStore(status.subscribe, status.snapshot);

export function useOutbox(userId: string): OutboxItem[] {
  const outbox = outboxOf(userId);
  return useSyncExternalStore(outbox.subscribe, outbox.snapshot);
}

/** Opens the socket for one account and keeps its lists current. */
export function LiveProvider({
  accountId,
  userId,
  children,
}: {
  accountId: string;
  userId: string;
  children: ReactNode;
}) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<{
    status: SyncStatus;
    transport: SupabaseTransport;
  } | null>(null);

  useEffect(() => {
    const status = new SyncStatus();
    const transport = new SupabaseTransport(status);
    setConnection({ status, transport });
    return () => {
      setConnection(null);
      transport.stop();
    };
  }, []);

  const cache = useMemo(
    () => new ConversationCache(client, accountId, userId),
    [client, accountId, userId],
  );
  const live = useMemo(
    () => connection && { ...connection, cache, userId, accountId },
    [connection, cache, userId, accountId],
  );
  if (!live) return null;
  return (
    <LiveContext value={live}>
      <ListFeeds />
      {children}
    </LiveContext>
  );
}

/** Joins the topics lists depend on: every visible inbox and team, and the agent's own. */
function ListFeeds() {
  const { status, transport, cache, userId, accountId } = useLive();
  const client = useQueryClient();
  const { data: inboxes } = useQuery(inboxesQuery(accountId));
  const { data: teams } = useQuery(teamsQuery(accountId));
  const { data: mine } = useQuery(myTeamsQuery(accountId, userId));
  /** A role may narrow an agent to some of an inbox: then nobody tells, and the lists are asked for. */
  const [untold, setUntold] = useState('');
  const topics = [
    ...(inboxes?.map((inbox) => `inbox:${inbox.id}:${inbox.epoch}`) ?? []),
    ...(teams?.filter((team) => mine?.includes(team.id)) ?? []).map(
      (team) => `team:${team.id}:${team.epoch}`,
    ),
  ].join(' ');

  useEffect(() => {
    if (topics === '') return;
    const refresh = new Coalescer(
      (ids) => void cache.refresh(ids).catch(() => cache.refreshHeads()),
    );
    // One refresh serves all inboxes that join again at the same moment.
    const rejoined = new Coalescer(() => void cache.refreshHeads().catch(() => {}), 250);
    const channels = topics.split(' ').map((topic) =>
      transport.join(topic, {
        onEvent: (event, payload) => {
          if (event === 'topic.moved') {
            void client.invalidateQueries({ queryKey: ['inboxes', accountId] });
            void client.invalidateQueries({ queryKey: ['teams', accountId] });
          }
          const hint = hintSchema.safeParse(payload);
          if (event === 'conversation.changed' && hint.success)
            refresh.add(hint.data.conversation_id);
        },
        onJoined: () => rejoined.add('all'),
        // Administrators hear of their teams by inbox; a narrowed agent hears of neither. Or it has a new name.
        onRefused: () => {
          if (topic.startsWith('inbox:')) setUntold(topics);
          void client.invalidateQueries({ queryKey: ['inboxes', accountId] });
          void client.invalidateQueries({ queryKey: ['teams', accountId] });
        },
      }),
    );
    return () => {
      refresh.close();
      rejoined.close();
      for (const channel of channels) channel.leave();
    };
  }, [topics, transport, cache, client, accountId]);

  useEffect(() => {
    const channel = transport.join(`user:${userId}`, {
      onEvent: (event, payload) => {
        if (event.startsWith('notification.')) {
          const news = notifiedSchema.safeParse(payload);
          if (!news.success) return;
          const { account_id: changed, notification, unread_count: unread } = news.data;
          if ((notification?.account_id ?? changed) !== accountId) return;
          client.setQueryData(unreadCountKey(accountId), unread);
          void client.invalidateQueries({ queryKey: ['notifications', accountId] });
          return;
        }
        if (event !== 'access.changed') return;
        void client.invalidateQueries({ queryKey: ['teams', accountId] });
        void client.invalidateQueries({ queryKey: ['my-teams', accountId] });
        void client.invalidateQueries({ queryKey: ['inboxes', accountId] });
        void client.invalidateQueries({ queryKey: ['members', accountId] });
        void client.invalidateQueries({ queryKey: ['accounts'] });
        void cache.refreshHeads().catch(() => {});
      },
      onJoined: () => {},
    });
    return () => channel.leave();
  }, [transport, userId, client, accountId, cache]);

  useEffect(() => {
    // Whether one is there is told anew all the time; a beat that is lost is followed by the next.
    const beat = () => void heartbeat(accountId).catch(() => {});
    beat();
    const timer = setInterval(beat, HEARTBEAT_MS);
    return () => clearInterval(timer);
  }, [accountId]);

  useEffect(() => {
    const poll = setInterval(() => {
      if ((status.snapshot().link !== 'live' || untold === topics) && navigator.onLine)
        void cache.refreshHeads().catch(() => {});
    }, LIST_POLL_MS);
    return () => clearInterval(poll);
  }, [status, cache, untold, topics]);

  return null;
}
