/** The sentences of the parts that are loaded later, in the panel's language. */
import { effect, signal } from '@preact/signals';
import { fill, type Locale } from '../i18n/locale';
import en from '../i18n/more/en.json';
import { locale } from './i18n';

type Texts = typeof en;

const LOADERS: Record<Exclude<Locale, 'en'>, () => Promise<{ default: Texts }>> = {
  es: () => import('../i18n/more/es.json'),
  'pt-BR': () => import('../i18n/more/pt-BR.json'),
  ar: () => import('../i18n/more/ar.json'),
};

const texts = signal<Texts>(en);

effect(() => {
  const wanted = locale();
  if (wanted === 'en') texts.value = en;
  // A language that cannot be fetched leaves the present one standing.
  else
    LOADERS[wanted]().then(
      (loaded) => {
        if (locale() === wanted) texts.value = loaded.default;
      },
      () => {},
    );
});

/** A sentence in the current language, its `{places}` filled. */
export function more(key: keyof Texts, values: Record<string, string | number> = {}): string {
  return fill(texts.value[key], values);
}
