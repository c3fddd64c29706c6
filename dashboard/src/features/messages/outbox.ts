import { createStore, get, set } from 'idb-keyval';
import { toApiError } from '@/lib/api-error';
import { backoff } from '@/lib/backoff';
import { Outbox, type OutboxItem } from '@/lib/outbox';
import { queryClient } from '@/lib/query-client';
import { type MessagePage, messagesKey, sendMessage } from './api';
import { mergeMessages } from './merge';

const boxes = new Map<string, Outbox>();

/** The outbox of one agent on this device; colleagues who share a browser do not share it. */
export function outboxOf(userId: string): Outbox {
  const known = boxes.get(userId);
  if (known) return known;
  const outbox = new Outbox({
    store: deviceStore(userId),
    send: async (item) => {
      const message = await sendMessage(item);
      // The seq is left to the live feed, which also brings what lies between.
      queryClient.setQueryData<MessagePage>(
        messagesKey(item.conversationId),
        (page) => page && mergeMessages(page, [message], page.last_seq),
      );
    },
    toError: toApiError,
    retryDelay: backoff,
  });
  addEventListener('online', () => void outbox.flush());
  boxes.set(userId, outbox);
  return outbox;
}

function deviceStore(userId: string) {
  try {
    const store = createStore('supadesk-outbox', 'outbox');
    return {
      load: async (): Promise<OutboxItem[]> =>
        (await get<OutboxItem[]>(userId, store).catch(() => [])) ?? [],
      save: (items: OutboxItem[]) => set(userId, items, store),
    };
  } catch {
    // Without IndexedDB unsent messages live as long as the page.
    return { load: async () => [], save: async () => {} };
  }
}
