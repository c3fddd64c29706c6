const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Making a formatter takes far longer than using it, and a screen uses each of a few many times. */
function kept<Made, Options>(
  make: new (locale: string | undefined, options: Options) => Made,
): (locale: string | undefined, options: Options) => Made {
  const made = new Map<string, Made>();
  return (locale, options) => {
    const key = JSON.stringify([locale, options]);
    const known = made.get(key) ?? new make(locale, options);
    made.set(key, known);
    return known;
  };
}

const dateFormat = kept<Intl.DateTimeFormat, Intl.DateTimeFormatOptions>(Intl.DateTimeFormat);
const numberFormat = kept<Intl.NumberFormat, Intl.NumberFormatOptions>(Intl.NumberFormat);
const relativeFormat = kept<Intl.RelativeTimeFormat, Intl.RelativeTimeFormatOptions>(
  Intl.RelativeTimeFormat,
);

/** `now`, `4m`, `3h`, `2d`, then the date: short enough for a list row, in the reader's language. */
export function shortRelative(iso: string, locale: string, now: number = Date.now()): string {
  const age = Math.max(0, now - Date.parse(iso));
  const narrow = (value: number, unit: 'minute' | 'hour' | 'day') =>
    numberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value);
  if (age < MINUTE) {
    return relativeFormat(locale, { numeric: 'auto', style: 'narrow' }).format(0, 'second');
  }
  if (age < HOUR) return narrow(Math.floor(age / MINUTE), 'minute');
  if (age < DAY) return narrow(Math.floor(age / HOUR), 'hour');
  if (age < 7 * DAY) return narrow(Math.floor(age / DAY), 'day');
  const sameYear = new Date(iso).getFullYear() === new Date(now).getFullYear();
  return dateFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: '2-digit' }),
  }).format(new Date(iso));
}

/** The whole date and time, for titles and facts. */
export const absolute = (iso: string, locale: string): string =>
  dateFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));

export const clock = (iso: string, locale: string): string =>
  dateFormat(locale, { timeStyle: 'short' }).format(new Date(iso));

/** The heading of a day in a thread: today, yesterday, or the date. */
export function dayLabel(iso: string, locale: string, now: number = Date.now()): string {
  const date = new Date(iso);
  const days = Math.round((startOfDay(date) - startOfDay(new Date(now))) / DAY);
  if (days === 0 || days === -1) {
    const word = relativeFormat(locale, { numeric: 'auto' }).format(days, 'day');
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  return dateFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(date.getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' }),
  }).format(date);
}

/** Somebody else's words inside a sentence of ours; they keep their own reading direction. */
export const isolated = (text: string): string => `\u2068${text}\u2069`;

export function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Up to two letters that stand for a name; by code point, so that no script is cut in half. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('');
}

/** Counts above 99, or what else is enough, say nothing more to a person. */
export const cappedCount = (count: number, most = 99): string =>
  count > most ? `${most}+` : String(count);

/** A stable choice among `size` for an id, such as an avatar's tint. */
export function stableIndex(id: string, size: number): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % size;
}

/** `3.4 MB`: how large a file is, as people say it. */
export function fileSize(bytes: number, locale?: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return numberFormat(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}

/** Without case and accents, as people type when they search. */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLocaleLowerCase();

/** A country by its name where its two letters are known; else as it was written. */
export function countryName(country: string, locale?: string): string {
  if (!/^[A-Za-z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country.toUpperCase()) ?? country;
}
