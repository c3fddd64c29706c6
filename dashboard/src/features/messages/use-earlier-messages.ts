import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import {
  EARLIER_PAGE,
  fetchMessages,
  LARGEST_PAGE,
  type MessagePage,
  messagesKey,
  messagesQuery,
} from './api';
import { prependPage } from './merge';

/** A link may point far back; beyond this many pages it is not worth waiting for. */
const MAX_PAGES = 60;

/** Loads what came before the messages on screen, one page at a time. */
export function useEarlierMessages(conversationId: string) {
  const client = useQueryClient();
  const running = useRef<Promise<void> | null>(null);
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState(false);

  /** Adds one earlier page; false when there is none. `before` runs right before it is added. */
  const addPage = useCallback(
    async (limit: number, before: () => void): Promise<boolean> => {
      const page = client.getQueryData<MessagePage>(messagesKey(conversationId));
      const oldest = page?.messages[0]?.seq;
      if (!page?.has_more || oldest === undefined) return false;
      const earlier = await fetchMessages(conversationId, oldest, limit);
      before();
      client.setQueryData<MessagePage>(
        messagesKey(conversationId),
        (current) => current && prependPage(current, earlier),
      );
      return true;
    },
    [client, conversationId],
  );

  const loadEarlier = useCallback(
    (before: () => void): Promise<void> => {
      running.current ??= (async () => {
        setLoading(true);
        try {
          await addPage(EARLIER_PAGE, before);
          setFailed(false);
        } catch {
          setFailed(true);
        } finally {
          setLoading(false);
          running.current = null;
        }
      })();
      return running.current;
    },
    [addPage],
  );

  /** Loads pages until this message is among them; false when it is not in the conversation. */
  const loadUntil = useCallback(
    async (id: string): Promise<boolean> => {
      await client.ensureQueryData(messagesQuery(conversationId));
      const known = () =>
        client
          .getQueryData<MessagePage>(messagesKey(conversationId))
          ?.messages.some((message) => message.id === id) === true;
      try {
        for (let pages = 0; !known() && pages < MAX_PAGES; pages += 1) {
          if (!(await addPage(LARGEST_PAGE, () => {}))) break;
        }
      } catch {
        return false;
      }
      return known();
    },
    [addPage, client, conversationId],
  );

  return { loading, failed, loadEarlier, loadUntil };
}
