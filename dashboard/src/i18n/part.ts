import { useEffect, useMemo, useState } from 'react';
import { type Language, useTranslation } from './index';
import { type Texts, translator } from './translator';

/**
 * Texts of a part that is seldom opened, which stay out of the first load. English comes with the
 * part; the other languages are fetched.
 */
export interface Bundle {
  texts: Map<string, Texts>;
  loaders: Record<string, () => Promise<{ default: Texts }>>;
}

export const bundleOf = (en: Texts, loaders: Bundle['loaders']): Bundle => ({
  texts: new Map([['en', en]]),
  loaders,
});

/** Fetches the texts of the language on screen; false until they are there. */
export function useLoaded({ texts, loaders }: Bundle): boolean {
  const locale = useTranslation().i18n.language;
  const [ready, setReady] = useState(() => texts.has(locale));
  useEffect(() => {
    let current = true;
    const load = loaders[locale];
    if (texts.has(locale) || !load) setReady(true);
    else {
      setReady(false);
      void load()
        .then((bundle) => texts.set(locale, bundle.default))
        // English is there already, and better than nothing.
        .catch(() => {})
        .finally(() => current && setReady(true));
    }
    return () => {
      current = false;
    };
  }, [locale, texts, loaders]);
  return ready;
}

/** The texts of the part; what they lack is looked for among the others. */
export function useTextOf({ texts }: Bundle): Language {
  const { t: others, i18n } = useTranslation();
  const locale = i18n.language;
  const english = texts.get('en') as Texts;
  const local = texts.get(locale);
  const t = useMemo(() => {
    const fallback = translator('en', english, others);
    return local && locale !== 'en' ? translator(locale, local, fallback) : fallback;
  }, [locale, local, english, others]);
  return { t, i18n };
}
