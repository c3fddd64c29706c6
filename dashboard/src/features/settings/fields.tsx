import { type ReactNode, useId } from 'react';
import { cx } from '@/components/cx';
import { useSettingsText } from './texts';

export type Values = Record<string, unknown>;

/** One field of a form. Its words are `<form>.<name>` and, when there are any, `<form>.<name>Hint`. */
export interface FieldSpec {
  name: string;
  /** Instead of the words of the form. */
  label?: string;
  hint?: string;
  kind?: 'text' | 'secret' | 'number' | 'long' | 'lines' | 'switch' | 'select' | 'color' | 'checks';
  options?: { value: string; label: string }[];
  /** Left to right in every language: addresses, codes, numbers. */
  code?: boolean;
  required?: boolean;
  rows?: number;
  placeholder?: string;
  show?: (values: Values) => boolean;
}

/** A number as such; anything else as it is, for the database to refuse. */
export const numberOr = (text: string): number | string =>
  /^\d+$/.test(text) ? Number(text) : text;

const box = 'block w-full rounded-md border bg-surface px-3 text-body outline-offset-0';

/** The twelve colours one can pick without knowing their numbers. */
const palette = {
  red: '#c62f3a',
  orange: '#c2570c',
  yellow: '#a16207',
  lime: '#4d7c0f',
  green: '#15803d',
  teal: '#0f766e',
  cyan: '#0e7490',
  blue: '#1f5fd0',
  indigo: '#4f46e5',
  violet: '#7c3aed',
  pink: '#be185d',
  grey: '#475569',
};

interface FieldsProps {
  form: string;
  specs: FieldSpec[];
  values: Values;
  onChange: (name: string, value: unknown) => void;
  errorOf: (name: string) => string | undefined;
}

/** The fields of a form, drawn from their descriptions. */
export function Fields({ form, specs, values, onChange, errorOf }: FieldsProps) {
  return specs
    .filter((spec) => spec.show?.(values) ?? true)
    .map((spec) => (
      <OneField
        key={spec.name}
        form={form}
        spec={spec}
        value={values[spec.name]}
        onChange={(value) => onChange(spec.name, value)}
        error={errorOf(spec.name)}
      />
    ));
}

interface OneFieldProps {
  form: string;
  spec: FieldSpec;
  value: unknown;
  onChange: (value: unknown) => void;
  error: string | undefined;
}

function OneField({ form, spec, value, onChange, error }: OneFieldProps) {
  const { t } = useSettingsText();
  const id = useId();
  const label = spec.label ?? t(`${form}.${spec.name}`);
  const hintKey = `${form}.${spec.name}Hint`;
  const translated = t(hintKey); // an unknown key answers itself
  const hint = spec.hint ?? (translated === hintKey ? undefined : translated);
  const note = error ?? hint;
  const noteId = note ? `${id}-note` : undefined;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const shared = {
    id,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': noteId,
    className: cx(box, error ? 'border-danger' : 'border-edge/60'),
  };
  const foot = note && (
    <p id={noteId} className={cx('mt-1.5 text-meta', error ? 'text-danger' : 'text-muted')}>
      {note}
    </p>
  );

  if (spec.kind === 'switch') {
    return (
      <div>
        <div className="flex items-start gap-3">
          <input
            id={id}
            type="checkbox"
            role="switch"
            checked={value === true}
            aria-checked={value === true}
            aria-describedby={noteId}
            onChange={(event) => onChange(event.target.checked)}
            className="relative mt-px h-5 w-9 shrink-0 appearance-none rounded-full bg-edge transition-colors before:absolute before:start-0.5 before:top-0.5 before:size-4 before:rounded-full before:bg-surface before:transition-[inset-inline-start] checked:bg-accent checked:before:start-[18px]"
          />
          <div className="min-w-0">
            <label htmlFor={id} className="font-medium text-body">
              {label}
            </label>
            {foot}
          </div>
        </div>
      </div>
    );
  }
  if (spec.kind === 'checks' || spec.kind === 'color') {
    return (
      <fieldset aria-describedby={noteId}>
        <legend className="mb-1.5 font-medium text-meta">{label}</legend>
        {spec.kind === 'color' ? (
          <ColorChoice label={label} value={text} onChange={onChange} invalid={Boolean(error)} />
        ) : (
          <Checks spec={spec} value={value} onChange={onChange} />
        )}
        {foot}
      </fieldset>
    );
  }
  let control: ReactNode;
  if (spec.kind === 'select') {
    control = (
      <select
        {...shared}
        className={cx(shared.className, 'h-10')}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      >
        {spec.options?.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  } else if (spec.kind === 'long' || spec.kind === 'lines') {
    control = (
      <textarea
        {...shared}
        dir={spec.code ? 'ltr' : 'auto'}
        rows={spec.rows ?? 3}
        placeholder={spec.placeholder}
        className={cx(shared.className, 'resize-y py-2')}
        value={Array.isArray(value) ? value.join('\n') : text}
        onChange={(event) =>
          onChange(spec.kind === 'lines' ? event.target.value.split('\n') : event.target.value)
        }
      />
    );
  } else {
    control = (
      <input
        {...shared}
        type={spec.kind === 'secret' ? 'password' : 'text'}
        inputMode={spec.kind === 'number' ? 'numeric' : undefined}
        autoComplete={spec.kind === 'secret' ? 'new-password' : 'off'}
        dir={spec.code || spec.kind === 'secret' ? 'ltr' : 'auto'}
        placeholder={spec.placeholder}
        required={spec.required}
        className={cx(shared.className, 'h-10')}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium text-meta">
        {label}
      </label>
      {control}
      {foot}
    </div>
  );
}

function Checks({
  spec,
  value,
  onChange,
}: {
  spec: FieldSpec;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  return (
    <div className="space-y-2">
      {spec.options?.map((option) => (
        <label key={option.value} className="flex items-start gap-2.5">
          <input
            type="checkbox"
            className="mt-0.5 size-4 accent-(--accent)"
            checked={chosen.includes(option.value)}
            onChange={(event) =>
              onChange(
                event.target.checked
                  ? [...chosen, option.value]
                  : chosen.filter((each) => each !== option.value),
              )
            }
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}

interface ColorChoiceProps {
  label: string;
  value: string;
  onChange: (value: unknown) => void;
  invalid: boolean;
}

function ColorChoice({ label, value, onChange, invalid }: ColorChoiceProps) {
  const { t } = useSettingsText();
  const group = useId();
  return (
    <div className="flex flex-wrap items-center gap-2">
      {Object.entries(palette).map(([name, color]) => (
        <input
          key={name}
          type="radio"
          name={group}
          aria-label={t(`color.${name}`)}
          title={t(`color.${name}`)}
          checked={value === color}
          onChange={() => onChange(color)}
          style={{ backgroundColor: color }}
          className="size-7 appearance-none rounded-full outline-offset-2 checked:outline-2 checked:outline-text"
        />
      ))}
      <input
        type="color"
        aria-label={t('color.own')}
        title={t('color.own')}
        value={/^#[0-9a-f]{6}$/.test(value) ? value : '#000000'}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 w-10 rounded-md border border-edge/60 bg-surface p-0.5"
      />
      <input
        type="text"
        dir="ltr"
        aria-label={t('color.code', { label })}
        aria-invalid={invalid ? true : undefined}
        maxLength={7}
        value={value}
        onChange={(event) => onChange(event.target.value.toLowerCase())}
        className={cx(
          'tabular h-8 w-24 rounded-md border bg-surface px-2 text-meta',
          invalid ? 'border-danger' : 'border-edge/60',
        )}
      />
    </div>
  );
}
