import { useSyncExternalStore } from 'react';

export const locales = ['en', 'es', 'pt-BR', 'ar'] as const;
export type Locale = (typeof locales)[number];
export type Theme = 'light' | 'dark' | 'auto';

export interface Preferences {
  theme: Theme;
  locale: Locale | null;
  enterSends: boolean;
  singleKeys: boolean;
}

const STORAGE_KEY = 'supadesk:preferences';
const defaults: Preferences = { theme: 'auto', locale: null, enterSends: false, singleKeys: true };

let preferences = read();
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<Preferences>;
    return { ...defaults, ...stored };
  } catch {
    return defaults;
  }
}

/** What this agent chose on this device. */
export const getPreferences = (): Preferences => preferences;

export function setPreferences(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, getPreferences);
}

/** Puts the chosen theme on the document; `auto` leaves it to the system. */
export function applyTheme(): void {
  const root = document.documentElement;
  if (preferences.theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = preferences.theme;
}
