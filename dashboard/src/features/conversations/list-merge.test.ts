import { describe, expect, test } from 'vitest';
import { aConversation } from '@/testing/factories';
import { everythingOpen, type ListFilter, type Page } from './api';
import { holdOrder, matches, mergeHead, mergeRows, rowsOf } from './list-merge';

const filter: ListFilter = { ...everythingOpen, tab: 'all', sort: 'newest' };
const row = (id: string, minute: number, change = {}) =>
  aConversation({
    id,
    last_activity_at: new Date(Date.UTC(2026, 10, 24, 9, minute)).toISOString(),
    ...change,
  });
const page = (rows: ReturnType<typeof row>[], next_cursor: unknown = null): Page => ({
  rows,
  next_cursor,
  counts: { mine: 0, unassigned: 0, all: 0 },
});
const ids = (pages: Page[]) => rowsOf(pages).map((each) => each.id);

test('tab, status and every field decide who belongs in a list', () => {
  const mine = row('a', 1, {
    assignee_id: 'me',
    team_id: 't1',
    labels: ['billing', 'vip'],
    priority: 'high',
  });
  const fits = (change: Partial<ListFilter>) =>
    matches(mine, { ...filter, ...change }, 'me', false);
  expect(fits({ tab: 'mine' })).toBe(true);
  expect(fits({ tab: 'unassigned' })).toBe(false);
  expect(fits({ status: 'resolved' })).toBe(false);
  expect(fits({ inboxId: 'other' })).toBe(false);
  expect(fits({ teamId: 't1', labels: ['vip', 'new'], priority: 'high' })).toBe(true);
  expect(fits({ teamId: 't2' })).toBe(false);
  expect(fits({ labels: ['new'] })).toBe(false);
  expect(fits({ priority: 'low' })).toBe(false);
  expect(fits({ assigneeId: 'other' })).toBe(false);
});

test('what only the server knows keeps who is listed and invites nobody', () => {
  const mentions: ListFilter = { ...filter, view: 'mention' };
  expect(matches(row('a', 1), mentions, 'me', true)).toBe(true);
  expect(matches(row('a', 1), mentions, 'me', false)).toBe(false);
  const answered = row('a', 1, { first_reply_created_at: '2026-11-24T09:00:00Z' });
  expect(matches(answered, { ...filter, view: 'unattended' }, 'me', true)).toBe(false);
});

test('by priority, the most urgent comes first and none comes last', () => {
  const rows = [row('a', 3), row('b', 2, { priority: 'low' }), row('c', 1, { priority: 'urgent' })];
  const sorted = mergeRows([page([])], [], rows, { ...filter, sort: 'priority' }, 'me');
  expect(ids(sorted)).toEqual(['c', 'b', 'a']);
});

describe('mergeRows', () => {
  test('a row with new activity moves to its place', () => {
    const pages = [page([row('a', 30), row('b', 20)]), page([row('c', 10)])];
    expect(ids(mergeRows(pages, ['c'], [row('c', 40)], filter, 'me'))).toEqual(['c', 'a', 'b']);
  });

  test('a row that no longer matches or is no longer visible leaves', () => {
    const pages = [page([row('a', 30), row('b', 20), row('c', 10)])];
    const next = mergeRows(pages, ['a', 'b'], [row('a', 31, { status: 'resolved' })], filter, 'me');
    expect(ids(next)).toEqual(['c']);
  });

  test('a row beyond the loaded pages is left to paging', () => {
    const pages = [page([row('a', 30), row('b', 20)], { after: 'b' })];
    expect(ids(mergeRows(pages, ['z'], [row('z', 5)], filter, 'me'))).toEqual(['a', 'b']);
    expect(ids(mergeRows([page([row('a', 30)])], ['z'], [row('z', 5)], filter, 'me'))).toEqual([
      'a',
      'z',
    ]);
  });

  test('nobody waiting sorts last, and two of them do not confuse the order', () => {
    const waiting = { ...filter, sort: 'waiting' as const };
    const pages = [page([row('a', 1), row('b', 2)])];
    const next = mergeRows(
      pages,
      ['c'],
      [row('c', 3, { waiting_since: '2026-11-24T09:00:00Z' })],
      waiting,
      'me',
    );
    expect(ids(next)).toEqual(['c', 'a', 'b']);
  });
});

test('a fresh head replaces what it covers and keeps what lies beyond', () => {
  const pages = [page([row('a', 30), row('b', 20)], 1), page([row('c', 10)])];
  expect(ids(mergeHead(pages, page([row('x', 40), row('b', 20)], 2), filter))).toEqual([
    'x',
    'b',
    'c',
  ]);
  expect(ids(mergeHead(pages, page([row('x', 40)]), filter))).toEqual(['x']);
});

test('while held, rows keep their places and arrivals are counted', () => {
  const rows = [row('new', 50), row('b', 40), row('a', 30), row('next', 5)];
  const held = holdOrder(['a', 'b', 'gone'], rows);
  expect(held.rows.map((each) => each.id)).toEqual(['a', 'b', 'next']);
  expect(held.arrivals).toBe(1);
});
