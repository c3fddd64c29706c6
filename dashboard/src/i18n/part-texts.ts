import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { type Language, useTranslation } from '.';
import { type Texts, translator } from './translator';

type Loaders = Record<string, () => Promise<{ default: Texts }>>;

/**
 * Texts of a part of the application that is loaded when needed, so that they stay out of the first
 * load. What the part does not say is looked for among the texts that are always there.
 */
export class PartTexts {
  #bundles = new Map<string, Texts>();
  #listeners = new Set<() => void>();

  constructor(
    readonly english: Texts,
    private readonly loaders: Loaders,
  ) {
    this.#bundles.set('en', english);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get = (locale: string): Texts | undefined => this.#bundles.get(locale);

  async load(locale: string): Promise<void> {
    if (this.#bundles.has(locale)) return;
    // English is there already, and better than nothing.
    const bundle = await this.loaders[locale]?.().catch(() => null);
    this.#bundles.set(locale, bundle?.default ?? {});
    for (const listener of this.#listeners) listener();
  }
}

/** Fetches a part's texts in the language on screen; false until they are there. */
export function usePartReady(part: PartTexts): boolean {
  const locale = useTranslation().i18n.language;
  const ready = useSyncExternalStore(part.subscribe, () => part.get(locale) !== undefined);
  useEffect(() => void part.load(locale), [part, locale]);
  return ready;
}

/** Speaks a part's texts, in English while those of the language are on their way. */
export function usePartText(part: PartTexts): Language {
  const { t: others, i18n } = useTranslation();
  const locale = i18n.language;
  const texts = useSyncExternalStore(part.subscribe, () => part.get(locale));
  const t = useMemo(() => {
    const english = translator('en', part.english, others);
    return texts && locale !== 'en' ? translator(locale, texts, english) : english;
  }, [part, locale, texts, others]);
  return { t, i18n };
}
