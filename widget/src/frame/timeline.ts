/** Turns messages into the rows one sees: days, groups of one speaker, the line above what is new. */
import type { Upload } from './files';
import type { Pending } from './outbox';
import type { Message } from './types';

/** Messages of one speaker closer together than this share one name and one avatar. */
const GROUP_MS = 5 * 60_000;

/** What a bubble shows, whether or not the server has it yet. */
export interface Bubble {
  id: string;
  own: boolean;
  name: string | null;
  avatarUrl: string | null;
  content: string | null;
  deleted: boolean;
  at: string;
  state: 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';
  error: { code: string; message: string } | null;
  /** The message itself, where there is more to show than its text. */
  rich: Message | null;
  files: readonly Upload[];
  first: boolean;
  last: boolean;
}

export type Row =
  | { kind: 'day'; id: string; at: string }
  | { kind: 'unread'; id: string }
  | { kind: 'bubble'; id: string; bubble: Bubble };

/** Where the outbox stands while rows are made. */
export interface Sending {
  sendingId: string | null;
}

const STATES = new Set<string>(['sent', 'delivered', 'read', 'failed']);

/** Rows in reading order; messages not yet confirmed come last, whatever this clock says. */
export function timeline(
  messages: readonly Message[],
  pending: readonly Pending[],
  unreadFrom: string | null,
  { sendingId }: Sending,
): Row[] {
  const confirmed = new Set(messages.map((message) => message.id));
  const bubbles = [
    ...messages.map(fromMessage),
    ...pending
      .filter((item) => !confirmed.has(item.id))
      .map((item) => fromPending(item, item.id === sendingId)),
  ];
  const rows: Row[] = [];
  let before: Bubble | null = null;
  for (const bubble of bubbles) {
    const newDay = before === null || dayOf(before.at) !== dayOf(bubble.at);
    if (newDay) rows.push({ kind: 'day', id: `day-${bubble.id}`, at: bubble.at });
    const divided = bubble.id === unreadFrom;
    if (divided) rows.push({ kind: 'unread', id: 'unread' });
    bubble.first = newDay || divided || before === null || !sameGroup(before, bubble);
    if (before !== null) before.last = bubble.first;
    rows.push({ kind: 'bubble', id: bubble.id, bubble });
    before = bubble;
  }
  return rows;
}

/** The oldest of the newest `count` messages that the visitor did not write. */
export function firstUnread(messages: readonly Message[], count: number): string | null {
  if (count <= 0) return null;
  return messages.filter((message) => !isOwn(message)).at(-count)?.id ?? null;
}

/** True for what the visitor wrote. */
export function isOwn(message: Message): boolean {
  return message.message_type === 'incoming';
}

/** Up to two letters that stand for a name where there is no picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('');
}

function fromMessage(message: Message): Bubble {
  return {
    id: message.id,
    own: isOwn(message),
    name: message.sender?.name ?? null,
    avatarUrl: message.sender?.avatar_url ?? null,
    content: message.content,
    deleted: message.content_attributes?.deleted === true,
    at: message.created_at,
    // A visitor's message that the server has is sent, whatever else its status says.
    state: STATES.has(message.status) ? (message.status as Bubble['state']) : 'sent',
    error: null,
    rich: message.content_type !== 'text' || message.attachments?.length ? message : null,
    files: [],
    first: true,
    last: true,
  };
}

function fromPending(item: Pending, sending: boolean): Bubble {
  return {
    id: item.id,
    own: true,
    name: null,
    avatarUrl: null,
    content: item.content,
    deleted: false,
    at: item.createdAt,
    state: item.error ? 'failed' : sending ? 'sending' : 'queued',
    error: item.error,
    rich: null,
    files: item.files ?? [],
    first: true,
    last: true,
  };
}

function sameGroup(one: Bubble, other: Bubble): boolean {
  return (
    one.own === other.own &&
    one.name === (other.own ? one.name : other.name) &&
    Math.abs(Date.parse(other.at) - Date.parse(one.at)) < GROUP_MS
  );
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}
