import type { Language } from '@/i18n';
import en from '@/i18n/filters/en.json';
import { textsPart, usePartText, usePartTexts } from '@/i18n/part';

const part = textsPart(en, {
  es: () => import('@/i18n/filters/es.json'),
  'pt-BR': () => import('@/i18n/filters/pt-BR.json'),
  ar: () => import('@/i18n/filters/ar.json'),
});

export const useTexts = (): boolean => usePartTexts(part);
export const useFilterText = (): Language => usePartText(part);
