import { startOfDay } from '@/lib/format';
import type { OutboxItem } from '@/lib/outbox';
import type { Message } from '@/types/message';

/** What a thread shows, top to bottom. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; at: string }
  | { kind: 'activity'; key: string; message: Message }
  | { kind: 'activities'; key: string; messages: Message[] }
  | { kind: 'message'; key: string; message: Message; first: boolean; last: boolean }
  | { kind: 'unsent'; key: string; item: OutboxItem; first: boolean };

const GROUP_GAP_MS = 3 * 60_000;
/** From this many on, neighbouring activity lines are one line that opens. */
const RUN_LENGTH = 4;

function sameGroup(a: Message | undefined, b: Message | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.message_type !== 'activity' &&
    b.message_type !== 'activity' &&
    a.private === b.private &&
    a.message_type === b.message_type &&
    a.sender.type === b.sender.type &&
    a.sender.id === b.sender.id &&
    startOfDay(new Date(a.created_at)) === startOfDay(new Date(b.created_at)) &&
    Date.parse(b.created_at) - Date.parse(a.created_at) <= GROUP_GAP_MS
  );
}

/** Joins a line to the lines right above it, once they are enough to be in the way. */
function addActivity(items: ThreadItem[], message: Message): void {
  const above = items.at(-1);
  if (above?.kind === 'activities') {
    items[items.length - 1] = { ...above, messages: [...above.messages, message] };
    return;
  }
  items.push({ kind: 'activity', key: message.id, message });
  const run = items
    .slice(-RUN_LENGTH)
    .flatMap((item) => (item.kind === 'activity' ? [item.message] : []));
  const [first] = run;
  if (run.length === RUN_LENGTH && first)
    items.splice(-RUN_LENGTH, RUN_LENGTH, { kind: 'activities', key: first.id, messages: run });
}

/** Lays out messages with days, groups and the line above what is unread; then what is unsent. */
export function layOut(
  messages: Message[],
  unsent: OutboxItem[],
  firstUnreadId: string | null,
): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day: number | null = null;
  messages.forEach((message, index) => {
    const thisDay = startOfDay(new Date(message.created_at));
    // Named after its first message: two loaded parts of one day are never taken for each other.
    if (thisDay !== day)
      items.push({ kind: 'day', key: `day:${message.id}`, at: message.created_at });
    day = thisDay;
    if (message.id === firstUnreadId)
      items.push({ kind: 'unread', key: 'unread', at: message.created_at });
    if (message.message_type === 'activity') {
      addActivity(items, message);
      return;
    }
    const first = !sameGroup(messages[index - 1], message) || message.id === firstUnreadId;
    const last = !sameGroup(message, messages[index + 1]);
    items.push({ kind: 'message', key: message.id, message, first, last });
  });
  const confirmed = new Set(messages.map((message) => message.id));
  unsent
    .filter((item) => !confirmed.has(item.id))
    .forEach((item, index) => {
      items.push({ kind: 'unsent', key: item.id, item, first: index === 0 });
    });
  return items;
}

/** The oldest customer message the reader has not seen, going by how many are unread. */
export function firstUnread(messages: Message[], unreadCount: number): string | null {
  if (unreadCount === 0) return null;
  const incoming = messages.filter((message) => message.message_type === 'incoming');
  return incoming.at(-unreadCount)?.id ?? incoming[0]?.id ?? null;
}

/** About how high an item will be, in pixels: as many are rendered at first as this fills the screen with. */
export function estimatedHeight(item: ThreadItem | undefined): number {
  if (item?.kind !== 'message') return 40;
  // Each mail is a document of its own; rendering more of them than are seen takes long.
  return item.message.content_type === 'incoming_email' ? 300 : 72;
}
