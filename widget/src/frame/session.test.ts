import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from './api';
import { type Session, SessionKeeper } from './session';
import { type Lock, MemoryDrawer } from './storage';

const HOUR = 3_600_000;

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** Several tabs share a drawer and a lock, as they do in a browser. */
function browser() {
  const drawer = new MemoryDrawer();
  let turn: Promise<unknown> = Promise.resolve();
  const lock: Lock = (_, task) => {
    const mine = turn.then(task, task);
    turn = mine;
    return mine as ReturnType<typeof task>;
  };
  const spent: (string | null)[] = [];
  let serial = 0;
  const mint = vi.fn(async (refreshToken: string | null): Promise<Session> => {
    if (refreshToken !== null && spent.includes(refreshToken)) {
      throw new ApiError(401, 'session_expired', 'spent');
    }
    spent.push(refreshToken);
    serial += 1;
    return {
      accessToken: `access-${serial}`,
      refreshToken: `refresh-${serial}`,
      expiresAt: Date.now() + HOUR,
      contactInboxId: refreshToken === null ? `visitor-${serial}` : 'visitor-1',
      topic: 'visitor:1',
      identifier: null,
    };
  });
  return { drawer, mint, tab: () => new SessionKeeper('key', drawer, lock, mint) };
}

describe('a session', () => {
  it('is made once for all who ask at the same time', async () => {
    const { mint, tab } = browser();
    const keeper = tab();
    const all = await Promise.all([keeper.current(), keeper.current(), keeper.current()]);
    expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-1']));
    expect(mint).toHaveBeenCalledTimes(1);
  });

  it('is shared by tabs that start together: one refresh token is spent', async () => {
    const { mint, tab } = browser();
    const [one, two] = [tab(), tab()];
    await Promise.all([one.current(), two.current()]);
    expect(mint).toHaveBeenCalledTimes(1);
  });

  it('is renewed once when two tabs have the same token refused', async () => {
    const { mint, tab } = browser();
    const [one, two] = [tab(), tab()];
    await one.current();
    const renewed = await Promise.all([one.current('access-1'), two.current('access-1')]);
    expect(renewed.map(({ accessToken }) => accessToken)).toEqual(['access-2', 'access-2']);
    expect(mint).toHaveBeenCalledTimes(2);
    expect(mint).toHaveBeenLastCalledWith('refresh-1');
  });

  it('is renewed by itself before it ends', async () => {
    const { mint, tab } = browser();
    const keeper = tab();
    const seen: string[] = [];
    keeper.onChange(({ accessToken }) => seen.push(accessToken));
    await keeper.current();
    await vi.advanceTimersByTimeAsync(HOUR - 100_000);
    expect(mint).toHaveBeenCalledTimes(2);
    expect(seen).toEqual(['access-1', 'access-2']);
  });

  it('becomes a new visitor when the refresh token is too old', async () => {
    const { drawer, mint, tab } = browser();
    await tab().current();
    const stored = JSON.parse(drawer.getItem('key') ?? '');
    drawer.setItem('key', JSON.stringify({ ...stored, refreshToken: 'ancient', expiresAt: 0 }));
    mint.mockRejectedValueOnce(new ApiError(401, 'session_expired', ''));
    expect((await tab().current()).contactInboxId).toBe('visitor-2');
    expect(mint).toHaveBeenLastCalledWith(null);
  });

  it('takes the newer token when a tab without locks spent the old one meanwhile', async () => {
    const { drawer, mint, tab } = browser();
    const keeper = tab();
    const first = await keeper.current();
    mint.mockImplementationOnce(async () => {
      drawer.setItem(
        'key',
        JSON.stringify({ ...first, accessToken: 'access-9', refreshToken: 'refresh-9' }),
      );
      throw new ApiError(401, 'session_expired', '');
    });
    expect((await keeper.current('access-1')).accessToken).toBe('access-9');
  });

  it('stays the same visitor through an outage', async () => {
    const { drawer, mint, tab } = browser();
    const keeper = tab();
    await keeper.current();
    mint.mockRejectedValueOnce(new ApiError(503, 'down', ''));
    await expect(keeper.current('access-1')).rejects.toMatchObject({ status: 503 });
    expect(JSON.parse(drawer.getItem('key') ?? '').refreshToken).toBe('refresh-1');
    expect((await keeper.current('access-1')).contactInboxId).toBe('visitor-1');
  });

  it('starts anew when the drawer holds rubbish', async () => {
    const { drawer, mint, tab } = browser();
    drawer.setItem('key', 'not json');
    await tab().current();
    expect(mint).toHaveBeenCalledWith(null);
  });
});
