/** The panel's language: English is built in, the others arrive when they are wanted. */
import { signal } from '@preact/signals';
import { frame as en } from '../i18n/en.json';
import { count, fill, type Locale, type Plural, pickLocale } from '../i18n/locale';
import type { Inbox } from './types';

type Texts = typeof en;
type TextKey = { [K in keyof Texts]: Texts[K] extends string ? K : never }[keyof Texts];
type PluralKey = { [K in keyof Texts]: Texts[K] extends Plural ? K : never }[keyof Texts];

const LOADERS: Record<Exclude<Locale, 'en'>, () => Promise<{ frame: Texts }>> = {
  es: () => import('../i18n/es.json'),
  'pt-BR': () => import('../i18n/pt-BR.json'),
  ar: () => import('../i18n/ar.json'),
};

const current = signal<{ locale: Locale; texts: Texts }>({ locale: 'en', texts: en });
let wanted: Locale = 'en';

/** The language on screen. */
export const locale = (): Locale => current.value.locale;

/** A sentence in the current language, its `{places}` filled. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fill(current.value.texts[key], values);
}

/** A sentence that depends on a number. */
export function tn(key: PluralKey, n: number): string {
  return count(current.value.texts[key] as Plural, n, current.value.locale);
}

/** Whether somebody is there, and when to expect an answer; null when nothing is known. */
export function availability(inbox: Inbox): string | null {
  if (inbox.out_of_office) return t('away');
  const promises = current.value.texts.replyTime as Record<string, string>;
  const promise = Object.hasOwn(promises, inbox.reply_time ?? '')
    ? promises[inbox.reply_time ?? '']
    : undefined;
  return [inbox.agents_online && t('online'), promise].filter(Boolean).join(' · ') || null;
}

/** Switches the page; a language that cannot be fetched leaves the present one standing. */
export async function useLocale(...wishes: (string | undefined)[]): Promise<void> {
  const chosen = pickLocale(...wishes);
  wanted = chosen;
  try {
    const texts = chosen === 'en' ? en : (await LOADERS[chosen]()).frame;
    // A later wish may have been granted first.
    if (wanted !== chosen) return;
    current.value = { locale: chosen, texts };
  } catch {
    return;
  }
  document.documentElement.lang = chosen;
  document.documentElement.dir = chosen === 'ar' ? 'rtl' : 'ltr';
}

/** Regional habits (12 or 24 hours) come from the browser when it speaks the same language. */
function region(): string {
  const language = locale().split('-')[0];
  // Some systems report tags that Intl rejects, like en-US@posix.
  const tags = navigator.languages.filter((tag) => /^[a-z\d-]+$/i.test(tag));
  return tags.find((tag) => tag.split('-')[0] === language) ?? locale();
}

/** 14:02 or 2:02 PM. */
export function clock(at: string): string {
  return new Intl.DateTimeFormat(region(), { timeStyle: 'short' }).format(new Date(at));
}

/** Today, Yesterday, a weekday within the week, else a date. */
export function day(at: string, now: Date = new Date()): string {
  const date = new Date(at);
  const midnight = (d: Date): number => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  const options: Intl.DateTimeFormatOptions =
    days > 1 && days < 7
      ? { weekday: 'long' }
      : days < 300
        ? { day: 'numeric', month: 'long' }
        : { dateStyle: 'long' };
  return new Intl.DateTimeFormat(region(), options).format(date);
}

/** Date and time in full, for tooltips and assistive technology. */
export function moment(at: string): string {
  return new Intl.DateTimeFormat(region(), { dateStyle: 'long', timeStyle: 'short' }).format(
    new Date(at),
  );
}
