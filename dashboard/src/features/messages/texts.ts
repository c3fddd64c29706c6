import type { Language } from '@/i18n';
import { PartTexts, usePartReady, usePartText } from '@/i18n/part-texts';
import en from '@/i18n/thread/en.json';

const thread = new PartTexts(en, {
  es: () => import('@/i18n/thread/es.json'),
  'pt-BR': () => import('@/i18n/thread/pt-BR.json'),
  ar: () => import('@/i18n/thread/ar.json'),
});

/** Texts of what only some messages have: mails, cards, reactions, failures. */
export function useThreadText(): Language {
  usePartReady(thread);
  return usePartText(thread);
}
