export interface Trigger {
  kind: '/' | '@';
  /** What was typed after the sign. */
  query: string;
  /** Where the sign stands. */
  start: number;
}

/**
 * The "/" or "@" the caret is behind. A slash counts at the start of a line or after a blank, so
 * that dates and paths stay text; a mention may hold one blank, because names do.
 */
export function triggerAt(text: string, caret: number, kinds: '/' | '/@'): Trigger | null {
  const before = text.slice(0, caret);
  const found =
    /(?:^|[\s(])(?<sign>[/@])(?<query>[^\s/@]{0,40})$/u.exec(before) ??
    /(?:^|[\s(])(?<sign>@)(?<query>[^\s/@]{1,40} [^\s/@]{0,40})$/u.exec(before);
  const { sign, query } = found?.groups ?? {};
  if ((sign !== '/' && sign !== '@') || query === undefined || !kinds.includes(sign)) return null;
  return { kind: sign, query, start: caret - query.length - 1 };
}

/** Puts a choice in the place of what was typed to find it. */
export function replaceTrigger(
  text: string,
  trigger: Trigger,
  caret: number,
  choice: string,
): { text: string; caret: number } {
  const head = text.slice(0, trigger.start) + choice;
  return { text: head + text.slice(caret), caret: head.length };
}
