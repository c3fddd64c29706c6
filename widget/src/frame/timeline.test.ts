import { describe, expect, it } from 'vitest';
import type { Pending } from './outbox';
import { firstUnread, initials, timeline } from './timeline';
import type { Message } from './types';

const message = (id: string, at: string, name: string | null = 'Ana'): Message => ({
  id,
  conversation_id: 'c',
  seq: 1,
  position: 1,
  message_type: name === null ? 'incoming' : 'outgoing',
  content_type: 'text',
  content: id,
  content_attributes: {},
  status: 'sent',
  sender: name === null ? null : { type: 'user', name, avatar_url: null },
  created_at: at,
});
const pending = (id: string, error: Pending['error'] = null): Pending => ({
  id,
  conversationId: 'c',
  content: id,
  createdAt: '2026-03-02T10:02:00',
  name: null,
  email: null,
  error,
});
const none = { sendingId: null };
const kinds = (rows: ReturnType<typeof timeline>) =>
  rows.map((row) => (row.kind === 'bubble' ? row.id : row.kind));
const bubbles = (rows: ReturnType<typeof timeline>) =>
  rows.flatMap((row) => (row.kind === 'bubble' ? [row.bubble] : []));

describe('the timeline', () => {
  it('starts every day with its name', () => {
    const rows = timeline(
      [message('a', '2026-03-01T23:59:00'), message('b', '2026-03-02T00:01:00')],
      [],
      null,
      none,
    );
    expect(kinds(rows)).toEqual(['day', 'a', 'day', 'b']);
  });

  it('groups what one person says in five minutes', () => {
    const rows = timeline(
      [
        message('a', '2026-03-02T10:00:00'),
        message('b', '2026-03-02T10:04:00'),
        message('c', '2026-03-02T10:05:00', 'Ben'),
        message('d', '2026-03-02T10:20:00', 'Ben'),
      ],
      [],
      null,
      none,
    );
    expect(bubbles(rows).map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('draws the line above the first unread message and starts a group there', () => {
    const rows = timeline(
      [message('a', '2026-03-02T10:00:00'), message('b', '2026-03-02T10:01:00')],
      [],
      'b',
      none,
    );
    expect(kinds(rows)).toEqual(['day', 'a', 'unread', 'b']);
    expect(bubbles(rows)[1]?.first).toBe(true);
  });

  it('shows a message once while outbox and server both have it', () => {
    const rows = timeline([message('x', '2026-03-02T10:00:00', null)], [pending('x')], null, none);
    expect(bubbles(rows).map(({ state }) => state)).toEqual(['sent']);
  });

  it('puts what is on its way last and says how far it is', () => {
    const refused = { code: 'message_too_long', message: '' };
    const rows = timeline(
      [message('a', '2026-03-02T10:30:00')],
      [pending('p'), pending('q'), pending('r', refused)],
      null,
      { sendingId: 'p' },
    );
    expect(kinds(rows)).toEqual(['day', 'a', 'p', 'q', 'r']);
    expect(bubbles(rows).map(({ state }) => state)).toEqual([
      'sent',
      'sending',
      'queued',
      'failed',
    ]);
  });
});

it('finds the first unread among what others wrote', () => {
  const messages = [
    message('a', '2026-03-02T10:00:00'),
    message('own', '2026-03-02T10:01:00', null),
    message('b', '2026-03-02T10:02:00'),
  ];
  expect(firstUnread(messages, 2)).toBe('a');
  expect(firstUnread(messages, 1)).toBe('b');
  expect(firstUnread(messages, 9)).toBeNull();
  expect(firstUnread(messages, 0)).toBeNull();
});

it('makes initials of any name', () => {
  expect(initials('Ana María Torres')).toBe('AT');
  expect(initials('cher')).toBe('C');
  expect(initials('  ')).toBe('');
  expect(initials('😀 x')).toBe('😀X');
});
