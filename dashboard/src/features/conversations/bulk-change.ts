import type { Conversation } from '@/types/conversation';
import {
  BULK_SIZE,
  type BulkAnswer,
  type BulkChanges,
  bulkUpdate,
  fetchPage,
  type ListFilter,
} from './api';
import { type BulkStep, undoing } from './bulk-undo';
import type { ConversationCache } from './cache';

/** What a list holds at most for one bulk change; a list that is longer is worth a second look. */
export const LARGEST_BULK = 10_000;

export interface BulkOutcome {
  /** Those that were changed, as they were before. */
  before: Conversation[];
  errors: BulkAnswer['errors'];
}

/** Everything that is in a list now, though not all of it was loaded. */
export async function everythingIn(accountId: string, filter: ListFilter): Promise<Conversation[]> {
  const rows: Conversation[] = [];
  let cursor: unknown = null;
  do {
    const page = await fetchPage(accountId, filter, cursor, BULK_SIZE);
    rows.push(...page.rows);
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < LARGEST_BULK);
  return rows;
}

async function runStep(
  cache: ConversationCache,
  { ids, changes }: BulkStep,
  onDone: (count: number) => void,
): Promise<BulkAnswer['errors']> {
  const errors: BulkAnswer['errors'] = [];
  for (let start = 0; start < ids.length; start += BULK_SIZE) {
    const part = ids.slice(start, start + BULK_SIZE);
    const answer = await bulkUpdate(part, changes);
    errors.push(...answer.errors);
    await cache.settle(part, answer.rows);
    onDone(start + part.length);
  }
  return errors;
}

/** Changes many alike, each by itself, and tells how far it is. */
export async function changeMany(
  cache: ConversationCache,
  rows: Conversation[],
  changes: BulkChanges,
  onDone: (count: number) => void,
): Promise<BulkOutcome> {
  const errors = await runStep(cache, { ids: rows.map((row) => row.id), changes }, onDone);
  const refused = new Set(errors.map((error) => error.id));
  return { before: rows.filter((row) => !refused.has(row.id)), errors };
}

/** Takes a bulk change back; answers with how many could not be. */
export async function takeBack(
  cache: ConversationCache,
  before: Conversation[],
  changes: BulkChanges,
): Promise<number> {
  let failed = 0;
  for (const step of undoing(before, changes))
    failed += (await runStep(cache, step, () => {})).length;
  return failed;
}
