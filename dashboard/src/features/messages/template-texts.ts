import type { Language } from '@/i18n';
import { PartTexts, usePartReady, usePartText } from '@/i18n/part-texts';
import en from '@/i18n/templates/en.json';

const templates = new PartTexts(en, {
  es: () => import('@/i18n/templates/es.json'),
  'pt-BR': () => import('@/i18n/templates/pt-BR.json'),
  ar: () => import('@/i18n/templates/ar.json'),
});

/** Fetches the texts of the language on screen; false until they are there. */
export const useTemplateTexts = (): boolean => usePartReady(templates);

/** Texts around the reply window and approved templates. */
export const useTemplateText = (): Language => usePartText(templates);
