import type { Language } from '@/i18n';
import { bundleOf, useLoaded, useTextOf } from '@/i18n/part';
import en from '@/i18n/settings/en.json';

const bundle = bundleOf(en, {
  es: () => import('@/i18n/settings/es.json'),
  'pt-BR': () => import('@/i18n/settings/pt-BR.json'),
  ar: () => import('@/i18n/settings/ar.json'),
});

/** Fetches the texts of the language on screen; false until they are there. */
export const useTexts = (): boolean => useLoaded(bundle);

/** Texts of the settings. */
export const useSettingsText = (): Language => useTextOf(bundle);
