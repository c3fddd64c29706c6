import { expect, test } from 'vitest';
import filtersAr from './filters/ar.json';
import filtersEn from './filters/en.json';
import filtersEs from './filters/es.json';
import filtersPtBR from './filters/pt-BR.json';
import ar from './locales/ar.json';
import en from './locales/en.json';
import es from './locales/es.json';
import ptBR from './locales/pt-BR.json';
import settingsAr from './settings/ar.json';
import settingsEn from './settings/en.json';
import settingsEs from './settings/es.json';
import settingsPtBR from './settings/pt-BR.json';
import templatesAr from './templates/ar.json';
import templatesEn from './templates/en.json';
import templatesEs from './templates/es.json';
import templatesPtBR from './templates/pt-BR.json';
import threadAr from './thread/ar.json';
import threadEn from './thread/en.json';
import threadEs from './thread/es.json';
import threadPtBR from './thread/pt-BR.json';

type Tree = { [key: string]: string | Tree };

const flatten = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value, `${prefix}${key}.`),
  );
const PLURAL = /_(zero|one|two|few|many|other)$/;
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

const translations: [string, Tree, Tree][] = [
  ['es', en, es],
  ['pt-BR', en, ptBR],
  ['ar', en, ar],
  ['es', settingsEn, settingsEs],
  ['pt-BR', settingsEn, settingsPtBR],
  ['ar', settingsEn, settingsAr],
  ['es', filtersEn, filtersEs],
  ['pt-BR', filtersEn, filtersPtBR],
  ['ar', filtersEn, filtersAr],
  ['es', templatesEn, templatesEs],
  ['pt-BR', templatesEn, templatesPtBR],
  ['ar', templatesEn, templatesAr],
  ['es', threadEn, threadEs],
  ['pt-BR', threadEn, threadPtBR],
  ['ar', threadEn, threadAr],
];

test.each(translations)(
  '%s says everything English says, in every plural form it has',
  (locale, english, tree) => {
    const theirs = new Map(flatten(tree));
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const expected = flatten(english).flatMap(([key]) => {
      const base = key.replace(PLURAL, '');
      return base === key ? [key] : forms.map((form) => `${base}_${form}`);
    });
    expect([...theirs.keys()].sort()).toEqual([...new Set(expected)].sort());
  },
);

test.each(translations)('%s uses the same placeholders', (_locale, english, tree) => {
  const theirs = new Map(flatten(tree));
  for (const [key, text] of flatten(english)) {
    // Arabic may say "one" or "two" in words, without the number.
    if (PLURAL.test(key) && !key.endsWith('_other')) continue;
    expect([key, placeholders(theirs.get(key) ?? '')]).toEqual([key, placeholders(text)]);
  }
});
