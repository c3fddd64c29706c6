/** Forms as inboxes and messages describe them, in one shape, and what may be written into them. Pure. */

/** One question of a form. */
export interface Field {
  name: string;
  label: string;
  type: string;
  placeholder: string;
  required: boolean;
  options: { label: string; value: string }[];
  pattern: string | null;
  patternError: string | null;
  initial: string;
  /** Where the answer belongs. */
  kind: 'standard' | 'contact_attribute' | 'conversation_attribute';
}

/** What is wrong with an answer. */
export type Problem = 'required' | 'email' | 'phone' | 'number' | 'link' | 'pattern';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^\+[1-9]\d{1,14}$/;
const LONGEST = 1_000;

/** A phone number without what people put between its digits. */
export function plainPhone(value: string): string {
  return value.replace(/[\s().-]/g, '');
}

/** The fields of any such description, whatever else is in it. */
export function readFields(value: unknown): Field[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).flatMap((raw) => {
    if (raw.enabled === false || typeof raw.name !== 'string') return [];
    const type = raw.name === 'emailAddress' ? 'email' : text(raw.type) || 'text';
    return {
      name: raw.name,
      label: text(raw.label) || text(raw.title),
      type: raw.name === 'phoneNumber' ? 'tel' : type,
      placeholder: text(raw.placeholder),
      required: raw.required === true,
      options: readOptions(raw.options ?? raw.values),
      pattern: text(raw.regex_pattern) || text(raw.pattern) || null,
      patternError: text(raw.regex_cue) || text(raw.pattern_error) || null,
      initial: text(raw.default),
      kind:
        raw.field_type === 'contact_attribute' || raw.field_type === 'conversation_attribute'
          ? raw.field_type
          : 'standard',
    } satisfies Field;
  });
}

function readOptions(value: unknown): Field['options'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((option) => {
    if (typeof option === 'string') return { label: option, value: option };
    if (!isRecord(option) || option.value === undefined) return [];
    const chosen = String(option.value);
    return { label: text(option.label) || text(option.title) || chosen, value: chosen };
  });
}

/** What keeps this answer from being taken, or null. A ticked box is `true`. */
export function problemOf(field: Field, value: string): Problem | null {
  const given = value.trim();
  if (given === '') return field.required ? 'required' : null;
  if (field.type === 'checkbox') return field.required && given !== 'true' ? 'required' : null;
  if (field.type === 'email' && (given.length > 254 || !EMAIL.test(given))) return 'email';
  if (field.type === 'tel' && !PHONE.test(plainPhone(given))) return 'phone';
  if (field.type === 'number' && !Number.isFinite(Number(given))) return 'number';
  if (field.type === 'link' && !/^https?:\/\/\S+$/.test(given)) return 'link';
  return field.pattern !== null && !matches(field.pattern, given) ? 'pattern' : null;
}

/** Patterns come as `^x$` and as `/^x$/i`; one that is none forbids nothing. */
function matches(pattern: string, value: string): boolean {
  const [, body, flags] = /^\/(.*)\/([a-z]*)$/s.exec(pattern) ?? [null, pattern, ''];
  try {
    return new RegExp(body ?? '', flags).test(value.slice(0, LONGEST));
  } catch {
    return true;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
