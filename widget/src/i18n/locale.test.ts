import { describe, expect, it, vi } from 'vitest';
import ar from './ar.json';
import en from './en.json';
import es from './es.json';
import { count, fill, LOCALES, pickLocale } from './locale';
import moreAr from './more/ar.json';
import moreEn from './more/en.json';
import moreEs from './more/es.json';
import morePtBR from './more/pt-BR.json';
import ptBR from './pt-BR.json';

const EN = { ...en, more: moreEn };
const FILES: Record<string, unknown> = {
  en: EN,
  es: { ...es, more: moreEs },
  'pt-BR': { ...ptBR, more: morePtBR },
  ar: { ...ar, more: moreAr },
};
const CATEGORIES = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);

/** Every sentence by its path; plural forms count as one place. */
function sentences(node: unknown, path = ''): [string, string[]][] {
  if (typeof node === 'string') return [[path, [node]]];
  const entries = Object.entries(node as Record<string, unknown>);
  if (entries.every(([key]) => CATEGORIES.has(key))) {
    return [[path, entries.map(([, form]) => String(form))]];
  }
  return entries.flatMap(([key, child]) => sentences(child, `${path}.${key}`));
}

describe.each(LOCALES.filter((locale) => locale !== 'en'))('%s', (locale) => {
  const theirs = new Map(sentences(FILES[locale]));

  it('has every sentence, and no more', () => {
    expect([...theirs.keys()].sort()).toEqual(
      sentences(EN)
        .map(([path]) => path)
        .sort(),
    );
  });

  it('fills the same places', () => {
    const places = (forms: string[]) => new Set(forms.join().match(/\{\w+\}/g));
    for (const [path, forms] of sentences(EN)) {
      expect(places(theirs.get(path) ?? []), path).toEqual(places(forms));
    }
  });

  it('has a form for every plural its language uses', () => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const { frame } = FILES[locale] as typeof en;
    for (const forms of [frame.unread, frame.newMessages, frame.charactersLeft]) {
      expect(Object.keys(forms).sort()).toEqual([...needed].sort());
    }
  });
});

it('picks a language by the first wish it can grant', () => {
  vi.stubGlobal('navigator', { languages: ['fil-PH', 'es-MX', 'en'] });
  expect(pickLocale('pt')).toBe('pt-BR');
  expect(pickLocale('pt_PT')).toBe('pt-BR');
  expect(pickLocale('AR-eg')).toBe('ar');
  expect(pickLocale('auto')).toBe('es');
  expect(pickLocale(undefined, 'tlh', 'ar')).toBe('ar');
  expect(pickLocale('est')).toBe('en');
  expect(pickLocale()).toBe('en');
});

it('fills places and leaves unknown ones visible', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
});

it('counts in the language', () => {
  expect(count(en.frame.unread, 1, 'en')).toBe('1 unread message');
  expect(count(en.frame.unread, 2, 'en')).toBe('2 unread messages');
  expect(count(ar.frame.newMessages, 2, 'ar')).toBe('رسالتان جديدتان');
});
