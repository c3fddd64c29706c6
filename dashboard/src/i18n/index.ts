import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { getPreferences, type Locale, locales, setPreferences } from '@/lib/preferences';
import en from './locales/en.json';

// English is the fallback of every language and therefore always there; the others are fetched.
const loaders: Record<Exclude<Locale, 'en'>, () => Promise<{ default: object }>> = {
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
  if (locale !== 'en' && !i18next.hasResourceBundle(locale, 'translation')) {
    const bundle = await loaders[locale]();
    i18next.addResourceBundle(locale, 'translation', bundle.default);
  }
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = i18next.dir(locale);
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  await applyLocale(preferredLocale());
}

export async function changeLocale(locale: Locale): Promise<void> {
  await applyLocale(locale);
  setPreferences({ locale });
}
