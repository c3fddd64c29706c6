import type { Conversation } from '@/types/conversation';
import type { BulkChanges } from './api';

/** Some conversations, and what takes a bulk change back from them. */
export interface BulkStep {
  ids: string[];
  changes: BulkChanges;
}

/** What brings these rows back to how they were before a bulk change: one step for all that were alike. */
export function undoing(before: Conversation[], changes: BulkChanges): BulkStep[] {
  const steps = new Map<string, BulkStep>();
  for (const row of before) {
    const back: BulkChanges = {};
    if (changes.status !== undefined && changes.status !== row.status) back.status = row.status;
    // Who was snoozed until another time is snoozed until then again.
    if (changes.status !== undefined && row.status === 'snoozed') {
      back.status = row.status;
      back.snoozed_until = row.snoozed_until;
    }
    if (changes.assignee_id !== undefined && changes.assignee_id !== row.assignee_id)
      back.assignee_id = row.assignee_id;
    if (changes.team_id !== undefined && changes.team_id !== (row.team_id ?? null))
      back.team_id = row.team_id ?? null;
    if (changes.priority !== undefined && changes.priority !== (row.priority ?? null))
      back.priority = row.priority ?? null;
    const added = changes.add_labels?.filter((label) => !row.labels.includes(label)) ?? [];
    const removed = changes.remove_labels?.filter((label) => row.labels.includes(label)) ?? [];
    if (added.length > 0) back.remove_labels = added;
    if (removed.length > 0) back.add_labels = removed;
    if (Object.keys(back).length === 0) continue;
    const key = JSON.stringify(back);
    const step = steps.get(key) ?? { ids: [], changes: back };
    step.ids.push(row.id);
    steps.set(key, step);
  }
  // Whatever opens again without an assignee is handed out at once; these waited for somebody before.
  const unassigned = before
    .filter((row) => row.assignee_id === null && row.status === 'open' && changes.status)
    .map((row) => row.id);
  if (unassigned.length > 0 && changes.assignee_id === undefined)
    return [...steps.values(), { ids: unassigned, changes: { assignee_id: null } }];
  return [...steps.values()];
}
