/** Light or dark, and the inbox's colour made readable on either. */
import { accentOn, accentPair } from '../contrast';
import type { Theme } from '../protocol';

const GROUND = { light: '#ffffff', dark: '#16181d' };

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let theme: Theme = 'auto';
let color = '';

/** Applies the theme now and, for `auto`, whenever the system changes. */
export function useTheme(wanted: Theme, accent: string): void {
  theme = wanted;
  color = accent;
  apply();
}

prefersDark.addEventListener('change', apply);

function apply(): void {
  const dark = theme === 'dark' || (theme === 'auto' && prefersDark.matches);
  const root = document.documentElement;
  root.dataset.theme = dark ? 'dark' : 'light';
  const { background, text } = accentPair(color);
  root.style.setProperty('--accent', background);
  root.style.setProperty('--on-accent', text);
  // Shading away from the text's own colour can only raise the contrast.
  root.style.setProperty('--accent-shade', text === '#ffffff' ? '#000000' : '#ffffff');
  root.style.setProperty('--accent-text', accentOn(color, dark ? GROUND.dark : GROUND.light));
}
