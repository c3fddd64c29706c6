/** One conversation's messages, kept whole by the `seq` rule. Pure: no clock, no network. */
import type { Message, MessagePage } from './types';

/** How many changes one call asks for. */
export const CHANGES = 100;

export interface Thread {
  /** Ascending by position. */
  messages: readonly Message[];
  /** Every change up to this one is in `messages`. */
  lastSeq: number;
  /** There are older messages than the first one here. */
  hasEarlier: boolean;
}

/** What an event did: applied, already known, or arrived too early because something is missing. */
export type Outcome = 'applied' | 'known' | 'gap';

/** The newest page as a thread. */
export function fromPage(page: MessagePage): Thread {
  return {
    messages: merge([], page.messages),
    lastSeq: page.last_seq,
    hasEarlier: page.has_more,
  };
}

/** Puts an older page before what is there. */
export function prepend(thread: Thread, page: MessagePage): Thread {
  return {
    ...thread,
    messages: merge(thread.messages, page.messages),
    hasEarlier: page.has_more,
  };
}

/** Applies one page of changes; `more` says that another page must follow. */
export function catchUp(thread: Thread, page: MessagePage): { thread: Thread; more: boolean } {
  const newest = page.messages.reduce((seq, message) => Math.max(seq, message.seq), thread.lastSeq);
  // A page that may have been cut only proves what it shows; one that brought nothing proves the end.
  const cut = page.has_more || page.messages.length >= CHANGES;
  const more = cut && newest > thread.lastSeq && newest < page.last_seq;
  return {
    thread: {
      ...thread,
      messages: merge(thread.messages, page.messages),
      lastSeq: more ? newest : Math.max(thread.lastSeq, page.last_seq),
    },
    more,
  };
}

/** Applies one live event. After `gap` the caller fetches the changes since `lastSeq`. */
export function receive(
  thread: Thread,
  seq: number,
  message: Message | null,
): { thread: Thread; outcome: Outcome } {
  if (seq <= thread.lastSeq) return { thread, outcome: 'known' };
  if (seq > thread.lastSeq + 1) return { thread, outcome: 'gap' };
  const messages = message === null ? thread.messages : merge(thread.messages, [message]);
  return { thread: { ...thread, messages, lastSeq: seq }, outcome: 'applied' };
}

/** Adds a message that came as an answer rather than an event; the counter does not move. */
export function settle(thread: Thread, message: Message): Thread {
  return { ...thread, messages: merge(thread.messages, [message]) };
}

function merge(known: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  if (incoming.length === 0) return known;
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of incoming) {
    const before = byId.get(message.id);
    // Answers and events overtake each other; the higher seq is the later truth.
    if (before === undefined || message.seq >= before.seq) byId.set(message.id, message);
  }
  return [...byId.values()].sort((one, other) => one.position - other.position);
}
