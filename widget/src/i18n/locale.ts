/** Which languages the widget speaks, how one is chosen, and how its sentences are filled in. */

export const LOCALES = ['en', 'es', 'pt-BR', 'ar'] as const;
export type Locale = (typeof LOCALES)[number];

/** One sentence per plural category that the language uses. */
export type Plural = { readonly other: string } & {
  readonly [category in Exclude<Intl.LDMLPluralRule, 'other'>]?: string;
};

/** The first wish we can grant, else English. `auto` asks the browser. */
export function pickLocale(...wishes: readonly (string | undefined)[]): Locale {
  const tags = wishes.flatMap((wish) => (wish === 'auto' ? navigator.languages : (wish ?? [])));
  // One dialect each so far, so the language decides: pt finds pt-BR, es-MX finds es.
  const language = (tag: string): string => tag.slice(0, 2).toLowerCase();
  for (const tag of tags.filter((tag) => !/^[a-z]{3}/i.test(tag))) {
    const match = LOCALES.find((locale) => language(locale) === language(tag));
    if (match) return match;
  }
  return 'en';
}

/** Puts values into `{name}` places. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** Picks the sentence that this language uses for this count and puts the count into `{n}`. */
export function count(forms: Plural, n: number, locale: Locale): string {
  const form = forms[new Intl.PluralRules(locale).select(n)] ?? forms.other;
  return fill(form, { n: new Intl.NumberFormat(locale).format(n) });
}
