import { useEffect, useMemo, useState } from 'react';
import { type Language, useTranslation } from '@/i18n';
import en from '@/i18n/settings/en.json';
import { type Texts, translator } from '@/i18n/translator';

// Settings have many words and are seldom opened, so their texts stay out of the first load.
const loaders: Record<string, () => Promise<{ default: Texts }>> = {
  es: () => import('@/i18n/settings/es.json'),
  'pt-BR': () => import('@/i18n/settings/pt-BR.json'),
  ar: () => import('@/i18n/settings/ar.json'),
};
const bundles = new Map<string, Texts>([['en', en]]);

/** Fetches the texts of the language on screen; false until they are there. */
export function useTexts(): boolean {
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
  }, [locale]);
  return ready;
}

/** Texts of the settings; what they lack is looked for among the others. */
export function useSettingsText(): Language {
  const { t: others, i18n } = useTranslation();
  const locale = i18n.language;
  const texts = bundles.get(locale);
  const t = useMemo(() => {
    const english = translator('en', en, others);
    return texts && locale !== 'en' ? translator(locale, texts, english) : english;
  }, [locale, texts, others]);
  return { t, i18n };
}
