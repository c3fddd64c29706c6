/** Texts by nested keys, as the locale files hold them. */
export interface Texts {
  [key: string]: string | Texts;
}

export type Translate = (key: string, values?: Record<string, string | number>) => string;

function find(texts: Texts, key: string): string | undefined {
  let place: string | Texts | undefined = texts;
  for (const part of key.split('.')) {
    if (typeof place !== 'object' || !Object.hasOwn(place, part)) return undefined;
    place = place[part];
  }
  return typeof place === 'string' ? place : undefined;
}

/**
 * Makes the function that speaks a language. `count` chooses among the plural forms a key ends in
 * (`_one`, `_few`, `_other`); what a language does not say is said in the fallback's words.
 */
export function translator(locale: string, texts: Texts, fallback?: Translate): Translate {
  const plurals = new Intl.PluralRules(locale);
  return (key, values = {}) => {
    const counted =
      typeof values.count === 'number'
        ? (find(texts, `${key}_${plurals.select(values.count)}`) ?? find(texts, `${key}_other`))
        : undefined;
    const text = counted ?? find(texts, key);
    if (text === undefined) return fallback ? fallback(key, values) : key;
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
}
