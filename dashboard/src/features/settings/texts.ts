import type { Language } from '@/i18n';
import { PartTexts, usePartReady, usePartText } from '@/i18n/part-texts';
import en from '@/i18n/settings/en.json';

const settings = new PartTexts(en, {
  es: () => import('@/i18n/settings/es.json'),
  'pt-BR': () => import('@/i18n/settings/pt-BR.json'),
  ar: () => import('@/i18n/settings/ar.json'),
});

/** Fetches the texts of the language on screen; false until they are there. */
export const useTexts = (): boolean => usePartReady(settings);

/** Texts of the settings; what they lack is looked for among the others. */
export const useSettingsText = (): Language => usePartText(settings);
