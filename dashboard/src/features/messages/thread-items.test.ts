import { expect, test } from 'vitest';
import type { OutboxItem } from '@/lib/outbox';
import { aMessage } from '@/testing/factories';
import { firstUnread, layOut } from './thread-items';

const at = (minute: number, day = 24) => new Date(2026, 10, day, 9, minute).toISOString();

test('a new day gets a heading and close messages of one author are one group', () => {
  const items = layOut(
    [
      aMessage({ id: 'a', created_at: at(0, 23) }),
      aMessage({ id: 'b', created_at: at(0) }),
      aMessage({ id: 'c', created_at: at(2) }),
      aMessage({ id: 'd', created_at: at(9) }),
    ],
    [],
    null,
  );
  expect(items.map((item) => item.kind)).toEqual([
    'day',
    'message',
    'day',
    'message',
    'message',
    'message',
  ]);
  expect(
    items.flatMap((item) => (item.kind === 'message' ? [[item.first, item.last]] : [])),
  ).toEqual([
    [true, true],
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test('a note never joins the group of a reply', () => {
  const sender = { type: 'user' as const, id: 'u', name: 'Ana', avatar_url: null };
  const reply = aMessage({ id: 'a', message_type: 'outgoing', sender, created_at: at(0) });
  const items = layOut([reply, { ...reply, id: 'b', private: true, created_at: at(1) }], [], null);
  expect(items.flatMap((item) => (item.kind === 'message' ? [item.first] : []))).toEqual([
    true,
    true,
  ]);
});

test('an unsent message disappears once its confirmed self is there', () => {
  const item: OutboxItem = {
    id: 'x',
    conversationId: 'c1',
    content: 'x',
    private: false,
    expectedLastSeq: 1,
    createdAt: at(5),
    state: 'sending',
    error: null,
    details: null,
  };
  expect(layOut([aMessage()], [item], null).at(-1)?.kind).toBe('unsent');
  expect(layOut([aMessage({ id: 'x' })], [item], null).at(-1)?.kind).toBe('message');
});

test('the unread line stands above the oldest unseen customer message', () => {
  const messages = [
    aMessage({ id: 'a' }),
    aMessage({ id: 'b', message_type: 'outgoing' }),
    aMessage({ id: 'c' }),
    aMessage({ id: 'd' }),
  ];
  expect(firstUnread(messages, 2)).toBe('c');
  expect(firstUnread(messages, 0)).toBeNull();
  expect(firstUnread(messages, 40)).toBe('a');
});

test('many activity lines in a row are one line, and a message ends the run', () => {
  const activity = (id: string) => aMessage({ id, message_type: 'activity', created_at: at(0) });
  const items = layOut(
    [
      ...['a', 'b', 'c', 'd', 'e'].map(activity),
      aMessage({ id: 'm', created_at: at(1) }),
      ...['f', 'g'].map(activity),
    ],
    [],
    null,
  );
  expect(items.map((item) => item.kind)).toEqual([
    'day',
    'activities',
    'message',
    'activity',
    'activity',
  ]);
  expect(items[1]).toMatchObject({ key: 'a', messages: { length: 5 } });
});
