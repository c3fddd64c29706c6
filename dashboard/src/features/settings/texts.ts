import i18next from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import en from '@/i18n/settings/en.json';

// Settings have many words and are seldom opened, so their texts stay out of the first load.
const loaders: Record<string, () => Promise<{ default: object }>> = {
  es: () => import('@/i18n/settings/es.json'),
  'pt-BR': () => import('@/i18n/settings/pt-BR.json'),
  ar: () => import('@/i18n/settings/ar.json'),
};

i18next.addResourceBundle('en', 'settings', en);

/** Fetches the texts of the language on screen; false until they are there. */
export function useTexts(): boolean {
  const { i18n } = useTranslation();
  const locale = i18n.language;
  const [ready, setReady] = useState(() => i18n.hasResourceBundle(locale, 'settings'));
  useEffect(() => {
    let current = true;
    const load = loaders[locale];
    if (i18n.hasResourceBundle(locale, 'settings') || !load) setReady(true);
    else {
      void load()
        .then((bundle) => i18n.addResourceBundle(locale, 'settings', bundle.default))
        // English is there already, and better than nothing.
        .catch(() => {})
        .finally(() => current && setReady(true));
    }
    return () => {
      current = false;
    };
  }, [i18n, locale]);
  return ready;
}

/** Texts of the settings; what they lack is looked for among the others. */
export const useSettingsText = () => useTranslation(['settings', 'translation']);
