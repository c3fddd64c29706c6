import { useEffect, useMemo, useState } from 'react';
import { type Language, useTranslation } from './index';
import { type Texts, translator } from './translator';

type Loaders = Record<string, () => Promise<{ default: Texts }>>;

/** Texts of a part of the application that is seldom opened, which stay out of the first load. */
export interface TextsPart {
  bundles: Map<string, Texts>;
  loaders: Loaders;
}

export const textsPart = (en: Texts, loaders: Loaders): TextsPart => ({
  bundles: new Map([['en', en]]),
  loaders,
});

/** Fetches the texts of the language on screen; false until they are there. */
export function usePartTexts({ bundles, loaders }: TextsPart): boolean {
  const locale = useTranslation().i18n.language;
  const [ready, setReady] = useState(() => bundles.has(locale));
  useEffect(() => {
    let current = true;
    const load = loaders[locale];
    if (bundles.has(locale) || !load) setReady(true);
    else {
      setReady(false);
      void load()
        .then((bundle) => bundles.set(locale, bundle.default))
        // English is there already, and better than nothing.
        .catch(() => {})
        .finally(() => current && setReady(true));
    }
    return () => {
      current = false;
    };
  }, [locale, bundles, loaders]);
  return ready;
}

/** The part's texts; what it lacks is looked for among the others. */
export function usePartText({ bundles }: TextsPart): Language {
  const { t: others, i18n } = useTranslation();
  const locale = i18n.language;
  const en = bundles.get('en');
  const texts = bundles.get(locale);
  const t = useMemo(() => {
    const english = translator('en', en ?? {}, others);
    return texts && locale !== 'en' ? translator(locale, texts, english) : english;
  }, [locale, en, texts, others]);
  return { t, i18n };
}
