import { describe, expect, it, vi } from 'vitest';
import { ApiError } from './api';
import { Outbox, type Pending, sendRound } from './outbox';
import { MemoryDrawer } from './storage';

const item = (id: string, conversationId: string | null = 'c'): Pending => ({
  id,
  conversationId,
  content: id,
  createdAt: '2026-01-01T00:00:00Z',
  name: null,
  email: null,
  error: null,
});
const box = (...ids: string[]) => {
  const drawer = new MemoryDrawer();
  const outbox = new Outbox('out:', drawer);
  for (const id of ids) outbox.put(item(id));
  return { drawer, outbox };
};
const idle = () => {};

describe('the outbox', () => {
  it('survives the page and keeps the order of the ids, not of writing', () => {
    const { drawer } = box('b', 'c', 'a');
    expect(new Outbox('out:', drawer).list().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('sees only its own keys', () => {
    const { drawer, outbox } = box('a');
    drawer.setItem('other:x', JSON.stringify(item('x')));
    expect(outbox.list()).toHaveLength(1);
  });

  it('drops a damaged entry instead of failing for ever', () => {
    const { drawer, outbox } = box('a');
    drawer.setItem('out:broken', '{"id":');
    expect(outbox.list().map(({ id }) => id)).toEqual(['a']);
    expect(drawer.getItem('out:broken')).toBeNull();
  });

  it('keeps a message in memory when the drawer is full', () => {
    const drawer = new MemoryDrawer();
    drawer.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const outbox = new Outbox('out:', drawer);
    outbox.put(item('a'));
    expect(outbox.list()).toHaveLength(1);
    expect(outbox.has('a')).toBe(true);
    outbox.remove('a');
    expect(outbox.list()).toHaveLength(0);
  });
});

describe('a round of sending', () => {
  it('sends everything in order and leaves nothing', async () => {
    const { outbox } = box('a', 'b', 'c');
    const sent: string[] = [];
    const round = await sendRound(outbox, async ({ id }) => void sent.push(id), idle);
    expect(round).toEqual({ done: true });
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(outbox.list()).toEqual([]);
  });

  it('stops at a passing failure, so that nothing overtakes', async () => {
    const { outbox } = box('a', 'b');
    const deliver = vi.fn().mockRejectedValue(new ApiError(429, 'too_many_messages', '', 2_000));
    const round = await sendRound(outbox, deliver, idle);
    expect(round).toMatchObject({ done: false, retryAfterMs: 2_000 });
    expect(deliver).toHaveBeenCalledTimes(1);
    expect(outbox.list().map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('marks what was refused for good and goes on with the rest', async () => {
    const { outbox } = box('a', 'b');
    const sent: string[] = [];
    const round = await sendRound(
      outbox,
      async ({ id }) => {
        if (id === 'a') throw new ApiError(400, 'message_too_long', 'Too long.');
        sent.push(id);
      },
      idle,
    );
    expect(round.done).toBe(true);
    expect(sent).toEqual(['b']);
    expect(outbox.list()).toMatchObject([{ id: 'a', error: { code: 'message_too_long' } }]);
  });

  it('does not send a refused message again by itself', async () => {
    const { outbox } = box();
    outbox.put({ ...item('a'), error: { code: 'message_empty', message: '' } });
    const deliver = vi.fn();
    await sendRound(outbox, deliver, idle);
    expect(deliver).not.toHaveBeenCalled();
  });

  it('takes a broadcast as confirmation when the answer got lost', async () => {
    const { outbox } = box('a');
    const deliver = vi.fn(async ({ id }: Pending) => {
      outbox.remove(id);
      throw new ApiError(0, 'no_answer', '');
    });
    expect(await sendRound(outbox, deliver, idle)).toEqual({ done: true });
    expect(deliver).toHaveBeenCalledTimes(1);
  });

  it('sends what is added while it runs, and tells what it sends', async () => {
    const { outbox } = box('a');
    const states: (string | null)[] = [];
    await sendRound(
      outbox,
      async ({ id }) => {
        if (id === 'a') outbox.put(item('b'));
      },
      (id) => states.push(id),
    );
    expect(states).toEqual(['a', 'b', null]);
  });

  it('treats an unexpected error as passing: the text is never lost', async () => {
    const { outbox } = box('a');
    const round = await sendRound(outbox, () => Promise.reject(new TypeError('bug')), idle);
    expect(round.done).toBe(false);
    expect(outbox.list()).toMatchObject([{ id: 'a', error: null }]);
  });
});

describe('which errors pass', () => {
  it.each([0, 401, 408, 429, 500, 503])('%i does', (status) => {
    expect(new ApiError(status, 'x', '').transient).toBe(true);
  });

  it.each([400, 403, 404, 409])('%i does not', (status) => {
    expect(new ApiError(status, 'x', '').transient).toBe(false);
  });
});
