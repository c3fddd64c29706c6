import type { Conversation } from '@/types/conversation';

/** Which rows are selected; `last` is where a range begins. */
export interface Selection {
  ids: ReadonlySet<string>;
  last: string | null;
  /** The whole list is meant, also what was not loaded. */
  everything: boolean;
}

export const nothingSelected: Selection = { ids: new Set(), last: null, everything: false };

/** Toggles one row; with `range`, selects everything between it and the row toggled before. */
export function toggled(
  selection: Selection,
  rows: Conversation[],
  id: string,
  range: boolean,
): Selection {
  const ids = new Set(selection.ids);
  const from = rows.findIndex((row) => row.id === selection.last);
  const to = rows.findIndex((row) => row.id === id);
  if (range && from !== -1 && to !== -1) {
    for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(row.id);
  } else if (!ids.delete(id)) ids.add(id);
  return { ids, last: id, everything: false };
}
