import type { UseQueryResult } from '@tanstack/react-query';
import { Check, Copy, Eye, EyeOff, ShieldAlert, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Dialog } from '@/components/dialog';
import { StateMessage } from '@/components/state-message';
import { toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import { type FieldSpec, Fields, type Values } from './fields';
import { usePlace } from './place';
import { useSettingsText } from './texts';
import { type Draft, sentenceOf, useDraft } from './use-draft';

interface PageProps {
  title: string;
  text?: string | undefined;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the settings: what it is about, what one can do, and then the thing itself. */
export function Page({ title, text, actions, children }: PageProps) {
  return (
    <div className="mx-auto w-full max-w-3xl px-5 py-6 sm:px-8">
      <div className="mb-6 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold text-title tracking-[-0.01em]">
            <bdi>{title}</bdi>
          </h2>
          {text && <p className="mt-1 text-pretty text-muted">{text}</p>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  text?: string;
  danger?: boolean;
  children: ReactNode;
}

export function Section({ title, text, danger = false, children }: SectionProps) {
  return (
    <section
      className={cx(
        'mb-5 rounded-lg border bg-surface p-5',
        danger ? 'border-danger/50' : 'border-border',
      )}
    >
      <h3 className={cx('font-semibold', danger && 'text-danger')}>{title}</h3>
      {text && <p className="mt-0.5 text-pretty text-meta text-muted">{text}</p>}
      <div className="mt-4 space-y-4">{children}</div>
    </section>
  );
}

/** Shows what was asked for, or why it is not there. */
export function Asked<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  const { t } = useSettingsText();
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <div className="py-12">
        <StateMessage
          icon={TriangleAlert}
          title={t('form.notLoaded')}
          text={sentenceOf(toApiError(query.error), t)}
        >
          <Button onClick={() => void query.refetch()}>{t('common.retry')}</Button>
        </StateMessage>
      </div>
    );
  }
  return (
    <div aria-busy="true" className="late space-y-3">
      <p className="sr-only">{t('common.loading')}</p>
      {[0, 1, 2].map((each) => (
        <div key={each} className="h-14 rounded-lg bg-hover" />
      ))}
    </div>
  );
}

/** Only for administrators; others read who can help them. */
export function ForAdministrators({ children }: { children: ReactNode }) {
  const { t } = useSettingsText();
  const { isAdministrator } = usePlace();
  if (isAdministrator) return children;
  return (
    <StateMessage icon={ShieldAlert} title={t('forbidden.title')} text={t('forbidden.text')} />
  );
}

export function Refusal({ text }: { text: string | null }) {
  return (
    <div role="alert">
      {text && (
        <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">{text}</p>
      )}
    </div>
  );
}

/** Appears with the first change and stays in sight until it is saved or discarded. */
export function SaveBar({ draft }: { draft: Draft }) {
  const { t } = useSettingsText();
  return (
    <>
      <Refusal text={draft.failure} />
      {(draft.dirty || draft.busy) && (
        <div className="sticky bottom-4 z-10 mt-4 flex items-center gap-2 rounded-lg border border-border bg-raised px-4 py-3 shadow-float">
          <p className="min-w-0 flex-1 text-meta text-muted">{t('form.unsaved')}</p>
          <Button onClick={draft.reset}>{t('common.discard')}</Button>
          <Button type="submit" look="primary" aria-disabled={draft.busy}>
            {t(draft.busy ? 'form.saving' : 'form.save')}
          </Button>
        </div>
      )}
    </>
  );
}

export interface FormSection {
  title: string;
  text?: string;
  fields: FieldSpec[];
  /** Shown below the fields. */
  after?: (draft: Draft) => ReactNode;
}

interface SettingsFormProps {
  form: string;
  sections: FormSection[];
  saved: Values;
  save: (changed: Values, all: Values) => Promise<void>;
  fieldOf?: Record<string, string>;
  beside?: (values: Values) => ReactNode;
}

/** A form on a page, in sections, that saves only what was changed. */
export function SettingsForm({ form, sections, beside, ...options }: SettingsFormProps) {
  const draft = useDraft(options);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!draft.busy) void draft.submit();
      }}
    >
      {beside?.(draft.values)}
      {sections.map((section) => (
        <Section
          key={section.title}
          title={section.title}
          {...(section.text ? { text: section.text } : {})}
        >
          <Fields
            form={form}
            specs={section.fields}
            values={draft.values}
            onChange={draft.set}
            errorOf={draft.errorOf}
          />
          {section.after?.(draft)}
        </Section>
      ))}
      <SaveBar draft={draft} />
    </form>
  );
}

interface FormDialogProps {
  form: string;
  title: string;
  fields: FieldSpec[];
  saved: Values;
  save: (values: Values) => Promise<void>;
  submitLabel?: string;
  fieldOf?: Record<string, string>;
  onClose: () => void;
  children?: ReactNode;
}

/** A form for one thing of a list. */
export function FormDialog({
  form,
  title,
  fields,
  saved,
  save,
  submitLabel,
  fieldOf = {},
  onClose,
  children,
}: FormDialogProps) {
  const { t } = useSettingsText();
  const draft = useDraft({ saved, save: (_, all) => save(all), fieldOf, guard: false });
  const close = (): void => {
    if (!draft.dirty || window.confirm(t('form.leave'))) onClose();
  };
  return (
    <Dialog title={title} onClose={close}>
      <form
        noValidate
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          if (!draft.busy) void draft.submit().then((done) => done && onClose());
        }}
      >
        <div className="min-h-0 space-y-4 overflow-y-auto px-5 py-3">
          <Fields
            form={form}
            specs={fields}
            values={draft.values}
            onChange={draft.set}
            errorOf={draft.errorOf}
          />
          {children}
          <Refusal text={draft.failure} />
        </div>
        <div className="flex justify-end gap-2 border-border border-t px-5 py-3">
          <Button size="md" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" look="primary" size="md" aria-disabled={draft.busy}>
            {draft.busy ? t('form.saving') : (submitLabel ?? t('form.save'))}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  /** What has to be typed first, where there is no way back. */
  typed?: string;
  run: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is lost. */
export function Confirm({ title, text, action, typed, run, onClose }: ConfirmProps) {
  const { t } = useSettingsText();
  const [words, setWords] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const ready = typed === undefined || words.trim() === typed.trim();

  async function go(): Promise<void> {
    if (!ready || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await run();
      onClose();
    } catch (thrown) {
      setFailure(sentenceOf(toApiError(thrown), t));
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="space-y-4 px-5 pt-1 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p className="text-pretty text-muted">{text}</p>
        {typed !== undefined && (
          <label className="block">
            <span className="mb-1.5 block font-medium text-meta">
              {t('form.typeName', { name: typed })}
            </span>
            <input
              dir="auto"
              autoComplete="off"
              value={words}
              onChange={(event) => setWords(event.target.value)}
              className="block h-10 w-full rounded-md border border-edge/60 bg-surface px-3"
            />
          </label>
        )}
        <Refusal text={failure} />
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" size="md" look="danger" disabled={!ready || busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Does something at once and tells when it did not work. */
export function useAttempt(): (run: () => Promise<unknown>) => Promise<void> {
  const { t } = useSettingsText();
  return async (run) => {
    try {
      await run();
    } catch (thrown) {
      showToast(sentenceOf(toApiError(thrown), t), { tone: 'danger' });
    }
  };
}

interface CopyLineProps {
  label: string;
  value: string;
  /** Hidden until asked for. */
  secret?: boolean;
}

/** Something to paste elsewhere. */
export function CopyLine({ label, value, secret = false }: CopyLineProps) {
  const { t } = useSettingsText();
  const [shown, setShown] = useState(!secret);
  const [copied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      showToast(t('common.notCopied'), { tone: 'danger' });
    }
  }

  return (
    <div>
      <p className="mb-1.5 font-medium text-meta">{label}</p>
      <div className="flex items-start gap-1.5">
        <code
          dir="ltr"
          className="min-w-0 flex-1 whitespace-pre-wrap break-all rounded-md border border-border bg-bg px-3 py-2 text-start font-mono text-meta"
        >
          {shown ? value : '••••••••••••••••'}
        </code>
        {secret && (
          <Button
            size="icon"
            look="quiet"
            aria-label={t(shown ? 'form.hide' : 'form.reveal', { label })}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff aria-hidden="true" size={16} /> : <Eye aria-hidden="true" size={16} />}
          </Button>
        )}
        <Button
          size="icon"
          look="quiet"
          aria-label={t('form.copy', { label })}
          onClick={() => void copy()}
        >
          {copied ? (
            <Check aria-hidden="true" size={16} className="text-ok" />
          ) : (
            <Copy aria-hidden="true" size={16} />
          )}
        </Button>
        <span role="status" className="sr-only">
          {copied ? t('form.copied') : ''}
        </span>
      </div>
    </div>
  );
}

/** The rows of a list page. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul
      aria-label={label}
      className="divide-y divide-border rounded-lg border border-border bg-surface"
    >
      {children}
    </ul>
  );
}

export const rowLook = 'flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5';
