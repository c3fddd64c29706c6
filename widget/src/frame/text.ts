/** Splits a message into text and links. Nothing is ever parsed as HTML. */

export type Piece = { text: string; href: string | null };

/** Every repetition is bounded, so a hostile message cannot make this slow. */
const LINK = /\bhttps?:\/\/[^\s<>"']{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/gi;
/** Closes a sentence or a bracket around an address more often than it belongs to it. */
const TRAILING = /[.,;:!?'"”»…*_~]$/;

/** Pieces in order; joined together they are the message again. */
export function linkify(content: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of content.matchAll(LINK)) {
    const address = trim(match[0]);
    const isUrl = /^https?:/i.test(address);
    if (isUrl && !URL.canParse(address)) continue;
    if (match.index > end) pieces.push({ text: content.slice(end, match.index), href: null });
    pieces.push({ text: address, href: isUrl ? address : `mailto:${address}` });
    end = match.index + address.length;
  }
  if (end < content.length) pieces.push({ text: content.slice(end), href: null });
  return pieces;
}

function trim(address: string): string {
  let kept = address;
  for (;;) {
    const unbalanced =
      (kept.endsWith(')') && !kept.includes('(')) || (kept.endsWith(']') && !kept.includes('['));
    if (!unbalanced && !TRAILING.test(kept)) return kept;
    kept = kept.slice(0, -1);
  }
}
