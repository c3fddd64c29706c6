import type { Message } from '@/types/message';
import type { MessagePage } from './api';

/**
 * Puts new and changed messages in their place: one per id, the newer version wins, ordered by
 * seq. A message older than the loaded part stays out unless it is asked for.
 */
export function mergeMessages(
  page: MessagePage,
  incoming: Message[],
  lastSeq: number,
): MessagePage {
  const byId = new Map(page.messages.map((message) => [message.id, message]));
  const oldest = page.messages[0]?.seq ?? 0;
  for (const message of incoming) {
    const known = byId.get(message.id);
    if (known ? message.updated_seq < known.updated_seq : page.has_more && message.seq < oldest)
      continue;
    byId.set(message.id, message);
  }
  return {
    ...page,
    messages: [...byId.values()].sort((a, b) => a.seq - b.seq),
    last_seq: Math.max(page.last_seq, lastSeq),
  };
}

/** Puts an earlier page in front. */
export const prependPage = (page: MessagePage, earlier: MessagePage): MessagePage => ({
  ...mergeMessages({ ...page, has_more: false }, earlier.messages, page.last_seq),
  has_more: earlier.has_more,
});
