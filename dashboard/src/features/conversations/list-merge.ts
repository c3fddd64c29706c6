import { type Conversation, priorities } from '@/types/conversation';
import type { ListFilter, Page } from './api';

/**
 * Whether a conversation belongs in a list, by the same words as the list's filter. `wasListed` decides
 * where the row does not say it.
 */
export function matches(
  row: Conversation,
  filter: ListFilter,
  userId: string,
  wasListed: boolean,
): boolean {
  // What an agent put together is judged by the database alone.
  if (filter.conditions) return wasListed;
  const { status, inboxId, teamId, labels, priority, assigneeId, view, tab } = filter;
  if (status !== 'all' && row.status !== status) return false;
  if (inboxId && row.inbox_id !== inboxId) return false;
  if (teamId && row.team_id !== teamId) return false;
  if (labels.length > 0 && !labels.some((label) => row.labels.includes(label))) return false;
  if (priority && row.priority !== priority) return false;
  if (assigneeId && row.assignee_id !== assigneeId) return false;
  if (view === 'unattended' && row.first_reply_created_at && !row.waiting_since) return false;
  // Who is mentioned or follows is not in the row: the list keeps what the server put there.
  if ((view === 'mention' || view === 'participating') && !wasListed) return false;
  if (tab === 'mine') return row.assignee_id === userId;
  if (tab === 'unassigned') return row.assignee_id === null;
  return true;
}

const time = (iso: string | null): number => (iso ? Date.parse(iso) : Number.POSITIVE_INFINITY);
// UUIDv7 order is creation order, and the database breaks ties the same way.
const byId = (a: Conversation, b: Conversation): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const rank = ({ priority }: Conversation): number =>
  priority ? priorities.length - priorities.indexOf(priority) : 0;

const orders: Record<ListFilter['sort'], (a: Conversation, b: Conversation) => number> = {
  newest: (a, b) => time(b.last_activity_at) - time(a.last_activity_at) || byId(b, a),
  oldest: (a, b) => time(a.last_activity_at) - time(b.last_activity_at) || byId(a, b),
  created: (a, b) => time(b.created_at) - time(a.created_at) || byId(b, a),
  created_oldest: (a, b) => time(a.created_at) - time(b.created_at) || byId(a, b),
  priority: (a, b) => rank(b) - rank(a) || time(a.created_at) - time(b.created_at) || byId(a, b),
  waiting: (a, b) => {
    const difference = time(a.waiting_since) - time(b.waiting_since);
    return (Number.isNaN(difference) ? 0 : difference) || byId(a, b);
  },
};

/** All rows of the loaded pages, in the list's order. */
export const rowsOf = (pages: Page[]): Conversation[] => pages.flatMap((page) => page.rows);

/**
 * Brings refreshed rows into the loaded pages. `ids` are those that were asked for: one that was
 * asked for and not returned is no longer visible and leaves the list. `meeting` are those that meet
 * the list's conditions, where somebody asked.
 */
export function mergeRows(
  pages: Page[],
  ids: string[],
  fresh: Conversation[],
  filter: ListFilter,
  userId: string,
  meeting?: ReadonlySet<string>,
): Page[] {
  const asked = new Set(ids);
  const listed = meeting ?? new Set(rowsOf(pages).map((row) => row.id));
  const kept = rowsOf(pages).filter((row) => !asked.has(row.id));
  const belonging = fresh.filter((row) => matches(row, filter, userId, listed.has(row.id)));
  const sorted = [...kept, ...belonging].sort(orders[filter.sort]);
  return repage(pages, cutAtLoadedEnd(pages, sorted, filter, new Set(kept.map((row) => row.id))));
}

/** Replaces the head of the list with a freshly fetched first page and keeps what lies beyond it. */
export function mergeHead(pages: Page[], head: Page, filter: ListFilter): Page[] {
  const last = head.rows.at(-1);
  if (!last || head.next_cursor === null) return [head];
  const fetched = new Set(head.rows.map((row) => row.id));
  const beyond = rowsOf(pages).filter(
    (row) => !fetched.has(row.id) && orders[filter.sort](row, last) > 0,
  );
  // Nothing of the old list lies beyond: the fetched page is the whole list again.
  if (beyond.length === 0) return [head];
  return repage(pages, [...head.rows, ...beyond]);
}

/** A row beyond the last loaded page would leave a hole before it; paging will bring it. */
function cutAtLoadedEnd(
  pages: Page[],
  rows: Conversation[],
  filter: ListFilter,
  loaded: Set<string>,
): Conversation[] {
  if ((pages.at(-1)?.next_cursor ?? null) === null) return rows;
  const end = rows.findLastIndex((row) => loaded.has(row.id));
  if (end === -1) return rows;
  const last = rows[end];
  return rows.filter(
    (row, index) => index <= end || (last !== undefined && orders[filter.sort](row, last) <= 0),
  );
}

/** Spreads rows over as many pages as before, so that cursors keep their meaning. */
function repage(pages: Page[], rows: Conversation[]): Page[] {
  const size = Math.max(1, ...pages.slice(0, -1).map((page) => page.rows.length));
  return pages.map((page, index) => ({
    ...page,
    rows:
      index === pages.length - 1
        ? rows.slice(index * size)
        : rows.slice(index * size, (index + 1) * size),
  }));
}

/**
 * The order to show while the reader is in the middle of the list: rows keep their places, later
 * pages follow, and arrivals wait to be asked for.
 */
export function holdOrder(
  held: string[],
  rows: Conversation[],
): { rows: Conversation[]; arrivals: number } {
  const byRowId = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(held);
  const lastKnown = rows.findLastIndex((row) => known.has(row.id));
  const shown = held.flatMap((id) => byRowId.get(id) ?? []);
  const following = rows.filter((row, index) => index > lastKnown && !known.has(row.id));
  const arrivals = rows.filter((row, index) => index <= lastKnown && !known.has(row.id)).length;
  return { rows: [...shown, ...following], arrivals };
}
