import type { Language } from '@/i18n';
import en from '@/i18n/filters/en.json';
import { PartTexts, usePartReady, usePartText } from '@/i18n/part-texts';

const filters = new PartTexts(en, {
  es: () => import('@/i18n/filters/es.json'),
  'pt-BR': () => import('@/i18n/filters/pt-BR.json'),
  ar: () => import('@/i18n/filters/ar.json'),
});

/** Fetches the texts of the language on screen; false until they are there. */
export const useTexts = (): boolean => usePartReady(filters);

/** Texts of filters and views; what they lack is looked for among the others. */
export const useFilterText = (): Language => usePartText(filters);
