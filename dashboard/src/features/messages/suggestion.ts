import type { Mentionable } from './mentions';

/** A canned response, as far as writing needs it. */
export interface Snippet {
  id: string;
  short_code: string;
  content: string;
}

export type Suggestion =
  | { kind: 'snippet'; id: string; snippet: Snippet }
  | { kind: 'mention'; id: string; who: Mentionable };

/** The option's id in the page, for `aria-activedescendant`. */
export const suggestionId = (list: string, item: Suggestion): string => `${list}-${item.id}`;
