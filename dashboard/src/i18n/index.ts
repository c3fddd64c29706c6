import { useSyncExternalStore } from 'react';
import { getPreferences, type Locale, locales, setPreferences } from '@/lib/preferences';
import en from './locales/en.json';
import { type Texts, type Translate, translator } from './translator';

export type { Translate };

// English is the fallback of every language and therefore always there; the others are fetched.
const loaders: Record<Exclude<Locale, 'en'>, () => Promise<{ default: Texts }>> = {
  es: () => import('./locales/es.json'),
  'pt-BR': () => import('./locales/pt-BR.json'),
  ar: () => import('./locales/ar.json'),
};

export const languageNames: Record<Locale, string> = {
  en: 'English',
  es: 'Español',
  'pt-BR': 'Português (Brasil)',
  ar: 'العربية',
};

export interface Language {
  t: Translate;
  i18n: { language: Locale };
}

const english = translator('en', en);
let language: Language = { t: english, i18n: { language: 'en' } };
const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The texts in the agent's language: `t('list.newCount', { count })`. */
export const useTranslation = (): Language => useSyncExternalStore(subscribe, () => language);

function preferredLocale(): Locale {
  const stored = getPreferences().locale;
  if (stored) return stored;
  for (const wanted of navigator.languages) {
    const match =
      locales.find((locale) => locale.toLowerCase() === wanted.toLowerCase()) ??
      locales.find((locale) => locale.split('-')[0] === wanted.split('-')[0]);
    if (match) return match;
  }
  return 'en';
}

async function applyLocale(locale: Locale): Promise<void> {
  const t =
    locale === 'en' ? english : translator(locale, (await loaders[locale]()).default, english);
  language = { t, i18n: { language: locale } };
  document.documentElement.lang = locale;
  document.documentElement.dir = locale === 'ar' ? 'rtl' : 'ltr';
  for (const listener of listeners) listener();
}

export const startI18n = (): Promise<void> => applyLocale(preferredLocale());

export async function changeLocale(locale: Locale): Promise<void> {
  await applyLocale(locale);
  setPreferences({ locale });
}
