import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { type ApiError, toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import type { Values } from './fields';
import { useSettingsText } from './texts';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

interface DraftOptions {
  saved: Values;
  /** Is given what differs, and everything. */
  save: (changed: Values, all: Values) => Promise<void>;
  /** Which field an error code of the database, or a constraint without its `_check`, is about. */
  fieldOf?: Record<string, string>;
  /** Whether leaving with changes asks first; dialogs ask nothing. */
  guard?: boolean;
}

export interface Draft {
  values: Values;
  set: (name: string, value: unknown) => void;
  dirty: boolean;
  busy: boolean;
  submit: () => Promise<boolean>;
  reset: () => void;
  errorOf: (name: string) => string | undefined;
  /** A refusal that belongs to no field. */
  failure: string | null;
}

/**
 * Keeps what was changed apart from what is saved, so that news from elsewhere and typing do not
 * overwrite each other, and one can go on typing while a save is on its way.
 */
export function useDraft({ saved, save, fieldOf = {}, guard = true }: DraftOptions): Draft {
  const { t } = useSettingsText();
  const [changes, setChanges] = useState<Values>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const values = { ...saved, ...changes };
  const changed = Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => !same(value, saved[name])),
  );
  const dirty = Object.keys(changed).length > 0;

  useBlocker({
    shouldBlockFn: () => guard && dirty && !window.confirm(t('form.leave')),
    enableBeforeUnload: guard && dirty,
    disabled: !(guard && dirty),
  });

  // A broken check of a column names its constraint: <table>_<column>_check.
  const constraint = error ? /"(\w+)_check"/.exec(error.message)?.[1] : undefined;
  const column = constraint
    ? Object.keys(values)
        .filter((name) => constraint.endsWith(`_${name}`))
        .sort((a, b) => b.length - a.length)[0]
    : undefined;
  const field = error ? (fieldOf[error.code] ?? fieldOf[constraint ?? ''] ?? column ?? null) : null;
  const sentence = error && sentenceOf(error, t);

  async function submit(): Promise<boolean> {
    setBusy(true);
    setError(null);
    try {
      await save(changed, values);
      setChanges((now) =>
        Object.fromEntries(
          Object.entries(now).filter(([name, value]) => !same(value, values[name])),
        ),
      );
      showToast(t('form.saved'));
      return true;
    } catch (thrown) {
      setError(toApiError(thrown));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return {
    values,
    set: (name, value) => {
      setChanges((now) => ({ ...now, [name]: value }));
      if (name === field) setError(null);
    },
    dirty,
    busy,
    submit,
    reset: () => {
      setChanges({});
      setError(null);
    },
    errorOf: (name) => (name === field ? (sentence ?? undefined) : undefined),
    failure: field === null ? sentence : null,
  };
}

/** What to say about a refusal: the database's own sentence, unless it is written for programmers. */
export function sentenceOf(error: ApiError, t: (key: string) => string): string {
  if (error.isNetwork) return t('error.network');
  if (error.code === 'not_administrator') return t('form.notAdministrator');
  if (error.code === '42501') return t('form.notAllowed');
  if (error.code === '23514') return t('form.invalid');
  return error.message;
}
