import { expect, test } from 'vitest';
import { aMessage } from '@/testing/factories';
import type { MessagePage } from './api';
import { mergeMessages, prependPage } from './merge';

const page = (messages: MessagePage['messages'], has_more = false): MessagePage => ({
  messages,
  has_more,
  last_seq: messages.at(-1)?.seq ?? 0,
  topic: 't',
});

test('messages are ordered by seq and each appears once', () => {
  const merged = mergeMessages(
    page([aMessage({ id: 'a', seq: 1 })]),
    [aMessage({ id: 'c', seq: 3 }), aMessage({ id: 'b', seq: 2 }), aMessage({ id: 'c', seq: 3 })],
    3,
  );
  expect(merged.messages.map((message) => message.id)).toEqual(['a', 'b', 'c']);
  expect(merged.last_seq).toBe(3);
});

test('an older version never replaces a newer one', () => {
  const read = aMessage({ id: 'a', seq: 1, updated_seq: 5, status: 'read' });
  const late = aMessage({ id: 'a', seq: 1, updated_seq: 4, status: 'delivered' });
  expect(mergeMessages(page([read]), [late], 5).messages[0]?.status).toBe('read');
});

test('a change to a message that is not loaded leaves no island', () => {
  const loaded = page([aMessage({ id: 'z', seq: 50 })], true);
  const old = aMessage({ id: 'old', seq: 2, updated_seq: 60 });
  expect(mergeMessages(loaded, [old], 60).messages).toHaveLength(1);
});

test('earlier pages go in front', () => {
  const merged = prependPage(
    page([aMessage({ id: 'z', seq: 50 })], true),
    page([aMessage({ id: 'a', seq: 2 })]),
  );
  expect(merged.messages.map((message) => message.id)).toEqual(['a', 'z']);
  expect(merged.has_more).toBe(false);
});
