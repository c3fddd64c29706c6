export type TextPart =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string };

const PARTS =
  /(?:\[@?(?<shown>[^\]\n]*)\])?\(mention:\/\/(?:user|team)\/[^/()\s]+\/(?<named>[^()\s]*)\)|\bhttps?:\/\/[^\s<>"']+/gi;

/**
 * Splits text into plain parts, links and mentions. Only http and https become links, and closing
 * punctuation stays outside, so that "(see https://x.test/a)." points where its author meant.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    const named = match.groups?.named;
    const found = named === undefined ? trimClosing(match[0]) : match[0];
    const part = named === undefined ? link(found) : mention(match.groups?.shown, named);
    if (!part) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(part);
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** The same text as one line for lists, with mentions as people read them. */
export const asPlainText = (text: string): string =>
  linkify(text)
    .map((part) => part.text)
    .join('');

const link = (url: string): TextPart | null =>
  URL.canParse(url) ? { kind: 'link', text: url, href: new URL(url).href } : null;

function mention(shown: string | undefined, named: string): TextPart {
  let name = named;
  try {
    name = decodeURIComponent(named);
  } catch {
    // Not encoded, then: the name is as it was typed.
  }
  return { kind: 'mention', text: `@${shown || name}` };
}

function trimClosing(url: string): string {
  let trimmed = url.replace(/[.,;:!?…]+$/, '');
  while (trimmed.endsWith(')') && !trimmed.includes('(')) trimmed = trimmed.slice(0, -1);
  return trimmed.replace(/[.,;:!?…]+$/, '');
}
