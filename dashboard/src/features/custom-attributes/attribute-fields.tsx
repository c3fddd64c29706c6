import { Editable } from '@/components/editable';
import { useTranslation } from '@/i18n';
import type { AttributeDefinition } from './api';

type Attributes = Record<string, unknown>;

interface AttributeFieldsProps {
  definitions: AttributeDefinition[];
  values: Attributes;
  onSave: (values: Attributes) => Promise<unknown>;
}

const inputTypes = {
  number: 'number',
  currency: 'number',
  percent: 'number',
  link: 'url',
  date: 'date',
} as const;

/** The account's own fields, each with the field its type asks for; what has no definition is only shown. */
export function AttributeFields({ definitions, values, onSave }: AttributeFieldsProps) {
  const { t } = useTranslation();
  const defined = new Set(definitions.map((definition) => definition.attribute_key));
  const others = Object.entries(values).flatMap(([key, value]) => {
    const text = readable(value);
    return text && !defined.has(key) ? [{ key, text }] : [];
  });

  function save(key: string, value: unknown): Promise<unknown> {
    const next = { ...values, [key]: value };
    if (value === '' || value === null) delete next[key];
    return onSave(next);
  }

  return (
    <dl className="space-y-1.5">
      {definitions.map((definition) => {
        const { attribute_key: key, display_name: label, display_type: type } = definition;
        const value = values[key];
        return (
          <Line key={key} label={label}>
            {type === 'checkbox' ? (
              <input
                type="checkbox"
                aria-label={label}
                checked={value === true}
                onChange={(event) => void save(key, event.target.checked)}
                className="my-1.5 size-4 accent-accent"
              />
            ) : (
              <Editable
                label={label}
                value={readable(value) ?? ''}
                type={inputTypes[type as keyof typeof inputTypes] ?? 'text'}
                {...(type === 'list' ? { options: definition.list_values } : {})}
                check={(text) =>
                  fits(definition, text) ? null : (definition.regex_cue ?? t('contact.invalid'))
                }
                onSave={(text) =>
                  save(
                    key,
                    text !== '' && inputTypes[type as keyof typeof inputTypes] === 'number'
                      ? Number(text)
                      : text,
                  )
                }
              />
            )}
          </Line>
        );
      })}
      {others.map(({ key, text }) => (
        <Line key={key} label={key.replaceAll('_', ' ')}>
          <bdi className="py-1 [overflow-wrap:anywhere]">{text}</bdi>
        </Line>
      ))}
    </dl>
  );
}

function fits({ regex_pattern: pattern }: AttributeDefinition, text: string): boolean {
  if (!pattern) return true;
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    // A pattern the browser cannot read must not lock the field.
    return true;
  }
}

export function readable(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-3 text-meta">
      <dt className="truncate pt-[5px] text-muted first-letter:uppercase" title={label}>
        <bdi>{label}</bdi>
      </dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
