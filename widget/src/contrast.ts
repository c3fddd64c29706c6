/** Makes any brand colour readable: WCAG 2 contrast, and the smallest change that reaches 4.5:1. */

type Rgb = readonly [number, number, number];

/** WCAG 1.4.3 for text of ordinary size. */
const MINIMUM = 4.5;
/** Above this, a slightly darker shade under white text still reads as the same brand colour. */
const WORTH_DARKENING = 2.6;
const STEP = 0.02;
const FALLBACK: Rgb = [59, 91, 219];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** Two colours that may stand on one another. */
export interface Pair {
  background: string;
  text: string;
}

/** Accepts `#rrggbb` and nothing else, so a colour setting can never carry CSS. */
export function parseColor(color: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return null;
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  return ratio(parseColor(one) ?? BLACK, parseColor(other) ?? BLACK);
}

/** The accent as a surface with text on it, at 4.5:1 or better. */
export function accentPair(color: string): Pair {
  const accent = parseColor(color) ?? FALLBACK;
  const underWhite = (shade: Rgb): number => 1.05 / (luminance(shade) + 0.05);
  if (underWhite(accent) < WORTH_DARKENING) return { background: toHex(accent), text: '#000000' };
  let shade = accent;
  for (let share = 1; underWhite(shade) < MINIMUM; share -= STEP) {
    shade = accent.map((part) => Math.round(part * share)) as unknown as Rgb;
  }
  return { background: toHex(shade), text: '#ffffff' };
}

/** The accent as text or outline on a surface, at 4.5:1 or better. */
export function accentOn(color: string, surface: string): string {
  const accent = parseColor(color) ?? FALLBACK;
  const ground = parseColor(surface) ?? WHITE;
  return towards(accent, ratio(ground, WHITE) > ratio(ground, BLACK) ? WHITE : BLACK, ground);
}

function towards(color: Rgb, pole: Rgb, against: Rgb): string {
  for (let share = 0; share < 1; share += STEP) {
    const mixed = color.map((part, i) => Math.round(part + ((pole[i] ?? 0) - part) * share));
    const candidate = mixed as unknown as Rgb;
    if (ratio(candidate, against) >= MINIMUM) return toHex(candidate);
  }
  return toHex(pole);
}

function ratio(one: Rgb, other: Rgb): number {
  const share = (luminance(one) + 0.05) / (luminance(other) + 0.05);
  return Math.max(share, 1 / share);
}

function luminance(color: Rgb): number {
  const weights = [0.2126, 0.7152, 0.0722];
  return color.reduce((sum, part, i) => {
    const share = part / 255;
    const linear = share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    return sum + linear * (weights[i] ?? 0);
  }, 0);
}

function toHex(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
