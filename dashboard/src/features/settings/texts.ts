import type { Language } from '@/i18n';
import { textsPart, usePartText, usePartTexts } from '@/i18n/part';
import en from '@/i18n/settings/en.json';

const part = textsPart(en, {
  es: () => import('@/i18n/settings/es.json'),
  'pt-BR': () => import('@/i18n/settings/pt-BR.json'),
  ar: () => import('@/i18n/settings/ar.json'),
});

export const useTexts = (): boolean => usePartTexts(part);
export const useSettingsText = (): Language => usePartText(part);
