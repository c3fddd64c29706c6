import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, toApiError } from './api-error';
import { Outbox, type OutboxItem } from './outbox';

const draft = (id: string, conversationId = 'c') => ({
  id,
  conversationId,
  content: id,
  private: false,
  expectedLastSeq: 3,
  createdAt: '2026-11-24T09:00:00Z',
});

function setUp(stored: OutboxItem[] = []) {
  const disk = { items: stored };
  const send = vi.fn(async (_item: OutboxItem) => {});
  const outbox = new Outbox({
    store: {
      load: async () => disk.items,
      save: async (items) => {
        disk.items = items;
      },
    },
    send,
    toError: toApiError,
    retryDelay: () => 1000,
  });
  const sent = () => send.mock.calls.map(([item]) => item.id);
  return { outbox, send, sent, disk };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const offline = () => new ApiError('network', 'Failed to fetch', 0);

test('a confirmed message leaves the outbox and the disk', async () => {
  const { outbox, disk } = setUp();
  await outbox.add(draft('a'));
  expect(outbox.snapshot()).toEqual([]);
  expect(disk.items).toEqual([]);
});

test('without a network everything waits and then goes in order', async () => {
  const { outbox, send, sent, disk } = setUp();
  send.mockRejectedValueOnce(offline());
  await outbox.add(draft('a'));
  expect(disk.items.map((item) => item.state)).toEqual(['waiting']);
  send.mockRejectedValueOnce(offline());
  await outbox.add(draft('b'));
  send.mockClear();
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent()).toEqual(['a', 'b']);
  expect(outbox.snapshot()).toEqual([]);
});

test('what was on its way at a reload is sent again before newer messages', async () => {
  const interrupted: OutboxItem = { ...draft('old'), state: 'sending', error: null, details: null };
  const { outbox, sent } = setUp([interrupted]);
  await outbox.add(draft('new'));
  expect(sent()).toEqual(['old', 'new']);
});

test('a conflict holds back its own conversation only, until the agent decides', async () => {
  const { outbox, send, sent } = setUp();
  send.mockRejectedValueOnce(new ApiError('conversation_moved', 'Ben replied', 409, '{}'));
  await outbox.add(draft('a'));
  await outbox.add(draft('b'));
  await outbox.add(draft('x', 'other'));
  expect(sent()).toEqual(['a', 'x']);
  expect(outbox.snapshot().map((item) => item.state)).toEqual(['conflict', 'waiting']);
  await outbox.retry('a', { expectedLastSeq: null });
  expect(sent()).toEqual(['a', 'x', 'a', 'b']);
  expect(send.mock.calls[2]?.[0].expectedLastSeq).toBeNull();
});

test('a refused message keeps its reason and stops nobody', async () => {
  const { outbox, send, sent } = setUp();
  send.mockRejectedValueOnce(new ApiError('message_too_long', 'Too long.', 400));
  await outbox.add(draft('a'));
  await outbox.add(draft('b'));
  expect(sent()).toEqual(['a', 'b']);
  expect(outbox.snapshot()).toMatchObject([{ id: 'a', state: 'failed', error: 'Too long.' }]);
  await outbox.discard('a');
  expect(outbox.snapshot()).toEqual([]);
});

test('a busy server is asked again later', async () => {
  const { outbox, send } = setUp();
  send.mockRejectedValueOnce(new ApiError('too_many_messages', 'Slow down.', 429));
  await outbox.add(draft('a'));
  expect(outbox.snapshot()).toMatchObject([{ state: 'waiting' }]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(outbox.snapshot()).toEqual([]);
});
