import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { cx } from './cx';

interface EditableProps {
  label: string;
  value: string;
  type?: 'text' | 'email' | 'tel' | 'url' | 'number' | 'date';
  /** Choices instead of free text. */
  options?: string[];
  placeholder?: string;
  /** What to show instead of the bare value. */
  shown?: string | undefined;
  /** Why a value cannot be saved, or null. */
  check?: (value: string) => string | null;
  onSave: (value: string) => Promise<unknown>;
}

/** A value that opens as a field where it stands: Enter saves, Escape leaves it as it was. */
export function Editable({
  label,
  value,
  type = 'text',
  options,
  placeholder,
  shown,
  check,
  onSave,
}: EditableProps) {
  const { t } = useTranslation();
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function save(next: string): Promise<void> {
    if (saving) return;
    if (next === value) {
      close();
      return;
    }
    const problem = next && check ? check(next) : null;
    if (problem) {
      setError(problem);
      return;
    }
    setSaving(true);
    try {
      await onSave(next);
      close();
    } catch (thrown) {
      const failure = toApiError(thrown);
      setError(failure.isNetwork ? t('error.offlineAction') : failure.message);
    } finally {
      setSaving(false);
    }
  }

  function close(): void {
    setDraft(null);
    setError(null);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (event.key === 'Enter' && draft !== null) {
      event.preventDefault();
      void save(draft.trim());
    }
  }

  if (draft === null)
    return (
      <button
        type="button"
        aria-label={t('common.editField', { field: label, value: shown || value })}
        onClick={() => setDraft(value)}
        className="-mx-2 flex min-h-7 w-[calc(100%+1rem)] items-center rounded-md px-2 py-1 text-start text-meta hover:bg-hover"
      >
        <bdi className={cx('min-w-0 [overflow-wrap:anywhere]', !value && 'text-muted')}>
          {shown || value || placeholder || t('common.add')}
        </bdi>
      </button>
    );
  const field = {
    'aria-label': label,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': error ? `${id}-error` : undefined,
    // The field takes the place of the button that had the focus.
    autoFocus: true,
    value: draft,
    onKeyDown,
    className:
      '-mx-2 block h-8 w-[calc(100%+1rem)] rounded-md border border-edge bg-surface px-2 text-meta',
  } as const;
  return (
    <span className="block w-full">
      {options ? (
        <select
          {...field}
          onBlur={close}
          onChange={(event) => {
            setDraft(event.target.value);
            void save(event.target.value);
          }}
        >
          <option value="">{t('common.none')}</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          {...field}
          type={type}
          dir="auto"
          onChange={(event) => {
            setDraft(event.target.value);
            setError(null);
          }}
          onBlur={() => void save(draft.trim())}
        />
      )}
      {error && (
        <span id={`${id}-error`} role="alert" className="mt-1 block text-chip text-danger">
          {error}
        </span>
      )}
    </span>
  );
}
