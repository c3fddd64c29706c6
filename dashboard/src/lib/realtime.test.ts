import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backoff } from './backoff';
import {
  type Changes,
  type ChannelHandlers,
  Coalescer,
  ConversationFeed,
  type FeedOptions,
  SyncStatus,
  type Transport,
} from './realtime';

class FakeTransport implements Transport {
  joined: string[] = [];
  left: string[] = [];
  tracked: unknown[] = [];
  handlers: ChannelHandlers | null = null;

  join(topic: string, handlers: ChannelHandlers) {
    this.joined.push(topic);
    this.handlers = handlers;
    return {
      leave: () => void this.left.push(topic),
      track: (state: unknown) => void this.tracked.push(state),
    };
  }
}

type Item = { id: string };
const settled = () => vi.advanceTimersByTimeAsync(0);

function setUp(overrides: Partial<FeedOptions<Item>> = {}) {
  const transport = new FakeTransport();
  const seen: number[] = [];
  const pull = vi.fn(
    async (after: number): Promise<Changes<Item>> => ({
      messages: [],
      last_seq: after,
      topic: 'c:1',
      reset: false,
    }),
  );
  const calls = { pulled: [] as boolean[], reset: 0, lost: 0, other: [] as string[] };
  const feed = new ConversationFeed<Item>({
    transport,
    topic: 'c:1',
    lastSeq: 5,
    pull,
    onEvent: (event, payload) => {
      if (typeof payload.seq === 'number') seen.push(payload.seq);
      else calls.other.push(event);
    },
    onPulled: (_changes, missed) => void calls.pulled.push(missed),
    onReset: () => {
      calls.reset += 1;
    },
    onLost: () => {
      calls.lost += 1;
    },
    isLost: (error) => error === 'lost',
    retryDelay: () => 1000,
    ...overrides,
  });
  const send = (seq: number) => transport.handlers?.onEvent('message.created', { seq });
  return { transport, feed, seen, pull, calls, send };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('ConversationFeed', () => {
  // R38: doubled on the way.
  test('the next seq is applied and an old one is ignored', () => {
    const { send, seen, feed, pull } = setUp();
    send(6);
    send(6);
    send(4);
    send(7);
    expect(seen).toEqual([6, 7]);
    expect(feed.lastSeq).toBe(7);
    expect(pull).not.toHaveBeenCalled();
  });

  // R38: lost or overtaken on the way.
  test('a gap is filled from the table before later payloads are applied', async () => {
    const { send, seen, feed, pull, calls } = setUp();
    pull.mockResolvedValueOnce({
      messages: [{ id: 'a' }],
      last_seq: 7,
      topic: 'c:1',
      reset: false,
    });
    send(8);
    expect(pull).toHaveBeenCalledWith(5);
    expect(seen).toEqual([]);
    await settled();
    expect(calls.pulled).toEqual([true]);
    expect(seen).toEqual([8]);
    expect(feed.lastSeq).toBe(8);
  });

  // R37: written between the snapshot and the subscription.
  test('payloads that arrive during a pull wait for it, in order', async () => {
    const { send, seen, pull } = setUp();
    pull.mockResolvedValueOnce({ messages: [], last_seq: 7, topic: 'c:1', reset: false });
    send(9);
    send(8);
    await settled();
    expect(seen).toEqual([8, 9]);
  });

  test('every join asks for what was missed and repeats the presence', async () => {
    const { transport, pull, feed } = setUp();
    feed.track({ user_id: 'u', name: 'Ana', mode: 'viewing' });
    transport.handlers?.onJoined();
    await settled();
    transport.handlers?.onJoined();
    await settled();
    expect(pull).toHaveBeenCalledTimes(2);
    expect(transport.tracked).toHaveLength(3);
  });

  test('a moved topic is left and the new one joined', async () => {
    const { transport, pull } = setUp();
    pull.mockResolvedValueOnce({ messages: [], last_seq: 5, topic: 'c:2', reset: false });
    transport.handlers?.onEvent('topic.moved', {});
    await settled();
    expect(transport.left).toEqual(['c:1']);
    expect(transport.joined).toEqual(['c:1', 'c:2']);
  });

  test('losing the conversation closes the feed', async () => {
    const { transport, pull, calls, send, seen } = setUp();
    pull.mockRejectedValueOnce('lost');
    transport.handlers?.onEvent('topic.moved', {});
    await settled();
    expect(calls.lost).toBe(1);
    expect(transport.left).toEqual(['c:1']);
    send(6);
    expect(seen).toEqual([]);
  });

  test('a failed pull is tried again and then catches up', async () => {
    const { send, seen, pull } = setUp();
    pull.mockRejectedValueOnce(new Error('offline'));
    send(8);
    await settled();
    expect(seen).toEqual([]);
    pull.mockResolvedValueOnce({ messages: [], last_seq: 7, topic: 'c:1', reset: false });
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([8]);
  });

  test('a reset drops what waited and resumes from the reloaded page', async () => {
    const { send, seen, pull, calls, feed } = setUp();
    pull.mockResolvedValueOnce({ messages: [], last_seq: 900, topic: 'c:1', reset: true });
    send(900);
    await settled();
    expect(calls.reset).toBe(1);
    feed.resume(900);
    send(901);
    expect(seen).toEqual([901]);
  });

  test('payloads without a seq pass straight through', () => {
    const { transport, calls } = setUp();
    transport.handlers?.onEvent('typing', { typing: true });
    transport.handlers?.onEvent('typing', 'nonsense');
    expect(calls.other).toEqual(['typing']);
  });

  test('pulls never overlap', async () => {
    const { feed, pull } = setUp();
    void feed.pull();
    void feed.pull();
    void feed.pull();
    await settled();
    expect(pull).toHaveBeenCalledTimes(2);
  });
});

test('a burst of ids is flushed once', () => {
  const flushed: string[][] = [];
  const coalescer = new Coalescer((ids) => void flushed.push(ids), 150);
  coalescer.add('a');
  coalescer.add('b');
  coalescer.add('a');
  vi.advanceTimersByTime(150);
  coalescer.add('c');
  vi.advanceTimersByTime(150);
  expect(flushed).toEqual([['a', 'b'], ['c']]);
});

// R40: no thundering herd.
test('the delay between tries grows and stays bounded', () => {
  expect(backoff(1, () => 1)).toBe(500);
  expect(backoff(3, () => 1)).toBe(2000);
  expect(backoff(30, () => 1)).toBe(15_000);
  expect(backoff(3, () => 0)).toBe(1000);
});

describe('SyncStatus', () => {
  test('the first connection is not called a reconnection', () => {
    const status = new SyncStatus();
    status.setLink('reconnecting');
    expect(status.snapshot().link).toBe('connecting');
    status.setLink('live');
    expect(status.snapshot()).toMatchObject({ link: 'live', caughtUp: null });
  });

  test('after an interruption it tells how much was filled in, then rests', () => {
    const status = new SyncStatus();
    status.setLink('live');
    status.setLink('reconnecting');
    status.setLink('live');
    status.filled(4);
    status.filled(3);
    expect(status.snapshot().caughtUp).toBe(7);
    vi.advanceTimersByTime(6000);
    expect(status.snapshot().caughtUp).toBeNull();
    status.filled(2);
    expect(status.snapshot().caughtUp).toBeNull();
  });
});
