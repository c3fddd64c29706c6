import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  ArrowLeft,
  LayoutTemplate,
  Paperclip,
  RefreshCw,
  Search,
  SendHorizontal,
  TriangleAlert,
  X,
} from 'lucide-react';
import { type FormEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { StateMessage } from '@/components/state-message';
import { toApiError } from '@/lib/api-error';
import { absolute } from '@/lib/format';
import type { SentFile } from '@/lib/outbox';
import {
  buttonsOf,
  fieldKey,
  isFile,
  missingFields,
  piecesOf,
  syncTemplates,
  type Template,
  type TemplateField,
  type TemplateList,
  type TemplateParams,
  templateParams,
  templatesQuery,
  templateText,
  textsOf,
} from '@/lib/templates';
import { showToast } from '@/lib/toast';
import { useTemplateText, useTemplateTexts } from './template-texts';
import { Uploads, useUploads } from './uploads';

export interface TemplateChoice {
  /** How the message will read, until the server says it. */
  content: string;
  template: TemplateParams;
  files: SentFile[];
}

interface TemplatePickerProps {
  inboxId: string;
  /** Null before there is a conversation: files are then given by their address. */
  conversationId: string | null;
  contactName: string;
  onSend: (choice: TemplateChoice) => void;
  onClose: () => void;
}

const accepted: Partial<Record<TemplateField['kind'], string>> = {
  image: 'image/jpeg,image/png',
  video: 'video/mp4,video/3gpp',
};

/** Chooses one of the texts that the channel approved, and fills in what it leaves open. */
export default function TemplatePicker({
  inboxId,
  conversationId,
  contactName,
  onSend,
  onClose,
}: TemplatePickerProps) {
  const ready = useTemplateTexts();
  const { t } = useTemplateText();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Template | null>(null);
  const query = useQuery(templatesQuery(inboxId, useDeferredValue(search.trim()), true));
  const searchBox = useRef<HTMLInputElement>(null);
  if (!ready) return null;
  return (
    <Dialog title={t('picker.title')} onClose={onClose} wide initialFocus={searchBox}>
      <div className="flex min-h-0 border-border border-t sm:h-[34rem]">
        <div
          className={cx(
            'flex min-h-0 w-full flex-col border-border sm:w-64 sm:shrink-0 sm:border-e',
            chosen && 'max-sm:hidden',
          )}
        >
          <label className="flex items-center gap-2 border-border border-b px-3.5">
            <Search aria-hidden="true" size={15} className="shrink-0 text-muted" />
            <input
              ref={searchBox}
              type="search"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              aria-label={t('picker.search')}
              placeholder={t('picker.search')}
              className="h-10 w-full bg-transparent text-body outline-none"
            />
          </label>
          <div className="min-h-40 flex-1 overflow-y-auto p-1.5">
            <List query={query} chosen={chosen} searched={search !== ''} onChoose={setChosen} />
          </div>
          {query.data && <SyncLine inboxId={inboxId} list={query.data} />}
        </div>
        <div className={cx('flex min-h-0 min-w-0 flex-1 flex-col', !chosen && 'max-sm:hidden')}>
          {chosen ? (
            <Form
              key={chosen.id}
              template={chosen}
              conversationId={conversationId}
              contactName={contactName}
              onBack={() => setChosen(null)}
              onSend={onSend}
            />
          ) : (
            <StateMessage icon={LayoutTemplate} title={t('picker.choose')} />
          )}
        </div>
      </div>
    </Dialog>
  );
}

interface ListProps {
  query: { data: TemplateList | undefined; error: unknown; refetch: () => unknown };
  chosen: Template | null;
  searched: boolean;
  onChoose: (template: Template) => void;
}

function List({ query: { data, error, refetch }, chosen, searched, onChoose }: ListProps) {
  const { t } = useTemplateText();
  if (!data && error) {
    const { isNetwork, message } = toApiError(error);
    return (
      <StateMessage
        icon={TriangleAlert}
        title={t('picker.errorTitle')}
        text={isNetwork ? t('error.network') : message}
      >
        <Button onClick={() => refetch()}>{t('common.retry')}</Button>
      </StateMessage>
    );
  }
  if (!data) {
    return (
      <div aria-busy="true" className="late space-y-1.5 p-1">
        <p className="sr-only">{t('common.loading')}</p>
        {[0, 1, 2].map((each) => (
          <div key={each} className="h-14 rounded-md bg-hover" />
        ))}
      </div>
    );
  }
  if (data.templates.length === 0) {
    return (
      <StateMessage
        icon={LayoutTemplate}
        title={t(searched ? 'picker.nothingTitle' : 'picker.emptyTitle')}
        text={t(searched ? 'picker.nothingText' : 'picker.emptyText')}
      />
    );
  }
  return (
    <>
      <ul aria-label={t('picker.list')} className="space-y-0.5">
        {data.templates.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              aria-pressed={template.id === chosen?.id}
              onClick={() => onChoose(template)}
              className={cx(
                'block w-full rounded-md px-2.5 py-2 text-start',
                template.id === chosen?.id ? 'bg-accent-tint' : 'hover:bg-hover',
              )}
            >
              <bdi className="block truncate font-medium text-meta">{template.name}</bdi>
              <span dir="auto" className="line-clamp-2 text-chip text-muted">
                {textsOf(template).find(({ part }) => part === 'body')?.text}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {data.has_more && <p className="p-2.5 text-chip text-muted">{t('picker.more')}</p>}
    </>
  );
}

/** How old the copy is, and a way to a fresh one. */
function SyncLine({ inboxId, list }: { inboxId: string; list: TemplateList }) {
  const { t, i18n } = useTemplateText();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);

  async function sync(): Promise<void> {
    setBusy(true);
    try {
      await syncTemplates(inboxId);
      await client.invalidateQueries({ queryKey: ['templates', inboxId] });
    } catch (error) {
      const { isNetwork, message } = toApiError(error);
      showToast(isNetwork ? t('error.offlineAction') : message, { tone: 'danger' });
    }
    setBusy(false);
  }

  const syncing = busy || list.syncing;
  return (
    <div className="border-border border-t px-3.5 py-1.5 text-chip text-muted">
      {list.error && (
        <p className="py-1 text-danger">{t('picker.failed', { reason: list.error })}</p>
      )}
      <div className="flex items-center gap-2">
        <span role="status" className="min-w-0 flex-1 truncate">
          {syncing
            ? t('picker.syncing')
            : list.synced_at
              ? t('picker.synced', { time: absolute(list.synced_at, i18n.language) })
              : t('picker.never')}
        </span>
        <Button
          size="icon"
          look="quiet"
          disabled={syncing}
          aria-label={t('picker.sync')}
          title={t('picker.sync')}
          onClick={() => void sync()}
        >
          <RefreshCw
            aria-hidden="true"
            size={14}
            className={cx(syncing && 'motion-safe:animate-spin')}
          />
        </Button>
      </div>
    </div>
  );
}

interface FormProps {
  template: Template;
  conversationId: string | null;
  contactName: string;
  onBack: () => void;
  onSend: (choice: TemplateChoice) => void;
}

function Form({ template, conversationId, contactName, onBack, onSend }: FormProps) {
  const { t } = useTemplateText();
  const form = useRef<HTMLFormElement>(null);
  const [written, setWritten] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const [uploads] = useState(
    () => new Uploads({ userId: '', accountId: '', conversationId: conversationId ?? '' }, null),
  );
  const files = useUploads(uploads);
  const fields = template.fields ?? [];
  const fileField = fields.find(isFile);
  const values = { ...written };
  if (fileField && files[0]?.state === 'done') values[fieldKey(fileField)] = files[0].name;
  const missing = new Set(missingFields(template, values).map(fieldKey));

  // Whoever chose a template goes on with what it leaves open.
  useEffect(
    () => form.current?.querySelector<HTMLElement>('input, button[type=submit]')?.focus(),
    [],
  );

  function submit(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (missing.size > 0) {
      const first = fields.find((field) => missing.has(fieldKey(field)));
      if (first) form.current?.querySelector<HTMLElement>(`[name="${fieldKey(first)}"]`)?.focus();
      return;
    }
    onSend({
      content: templateText(template, values),
      template: templateParams(template, values),
      files: uploads.take(),
    });
  }

  return (
    <form ref={form} noValidate onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 space-y-4 overflow-y-auto px-5 py-4">
        <div className="flex items-center gap-2">
          <Button
            size="icon"
            look="quiet"
            aria-label={t('picker.back')}
            onClick={onBack}
            className="sm:hidden"
          >
            <ArrowLeft aria-hidden="true" size={16} className="mirror" />
          </Button>
          <h3 className="min-w-0 flex-1 truncate font-semibold">
            <bdi>{template.name}</bdi>
          </h3>
          <span className="shrink-0 text-chip text-muted">
            {t(`category.${template.category}`)} · <bdi>{template.language}</bdi>
          </span>
        </div>
        {template.fields === null && (
          <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">
            {t('picker.unsupported')}
          </p>
        )}
        {fields.length > 0 && (
          <fieldset className="space-y-3">
            <legend className="sr-only">{t('picker.values')}</legend>
            {fields.map((field) => {
              const key = fieldKey(field);
              const error = tried && missing.has(key) ? t('picker.missing') : undefined;
              return isFile(field) && conversationId ? (
                <FileField key={key} field={field} uploads={uploads} error={error} />
              ) : (
                <Field
                  key={key}
                  name={key}
                  label={labelOf(field, t)}
                  value={written[key] ?? ''}
                  onChange={(event) => setWritten({ ...written, [key]: event.target.value })}
                  dir="auto"
                  autoComplete="off"
                  maxLength={1024}
                  error={error}
                  {...(field.example
                    ? { hint: t('picker.example', { value: field.example }) }
                    : {})}
                />
              );
            })}
          </fieldset>
        )}
        <Preview template={template} values={values} contactName={contactName} />
      </div>
      <div className="flex justify-end border-border border-t px-5 py-3">
        <Button type="submit" look="primary" size="md" disabled={template.fields === null}>
          {t('picker.send')}
          <SendHorizontal aria-hidden="true" size={14} className="mirror" />
        </Button>
      </div>
    </form>
  );
}

function labelOf(field: TemplateField, t: ReturnType<typeof useTemplateText>['t']): string {
  if (isFile(field)) return t('picker.fileLink', { file: t(`picker.file.${field.kind}`) });
  const name = (field.name ?? '').replaceAll('_', ' ');
  if (field.kind === 'url') return t('picker.urlField', { name });
  if (field.kind === 'copy_code') return t('picker.copyCodeField');
  const shown = /^\d+$/.test(name) ? `{{${name}}}` : name;
  return t(field.part === 'header' ? 'picker.headerField' : 'picker.bodyField', { name: shown });
}

interface FileFieldProps {
  field: TemplateField;
  uploads: Uploads;
  error: string | undefined;
}

function FileField({ field, uploads, error }: FileFieldProps) {
  const { t } = useTemplateText();
  const picker = useRef<HTMLInputElement>(null);
  const [file] = useUploads(uploads);
  return (
    <div>
      <p className="mb-1.5 font-medium text-meta">{t(`picker.file.${field.kind}`)}</p>
      {file ? (
        <p className="flex items-center gap-2 rounded-md border border-border px-3 py-1.5 text-meta">
          {file.previewUrl && (
            <img src={file.previewUrl} alt="" className="size-8 rounded-sm object-cover" />
          )}
          <bdi className="min-w-0 flex-1 truncate">{file.name}</bdi>
          <span role="status" className="text-chip text-muted">
            {file.state === 'uploading' &&
              t('picker.uploading', { percent: Math.round(file.progress * 100) })}
            {file.state === 'failed' && (
              <span className="text-danger">{t('picker.fileFailed', { name: file.name })}</span>
            )}
          </span>
          <Button
            size="icon"
            look="quiet"
            aria-label={t('picker.removeFile', { name: file.name })}
            onClick={() => uploads.remove(file.id)}
          >
            <X aria-hidden="true" size={14} />
          </Button>
        </p>
      ) : (
        <Button size="md" name={fieldKey(field)} onClick={() => picker.current?.click()}>
          <Paperclip aria-hidden="true" size={15} />
          {t('picker.chooseFile')}
        </Button>
      )}
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={t(`picker.file.${field.kind}`)}
        accept={accepted[field.kind]}
        onChange={(event) => {
          uploads.add([...(event.target.files ?? [])].slice(0, 1));
          event.target.value = '';
        }}
      />
      {error && <p className="mt-1.5 text-danger text-meta">{error}</p>}
    </div>
  );
}

interface PreviewProps {
  template: Template;
  values: Record<string, string>;
  contactName: string;
}

/** The message as the customer gets it; what is still open stands out. */
function Preview({ template, values, contactName }: PreviewProps) {
  const { t } = useTemplateText();
  return (
    <section aria-label={t('picker.preview', { name: contactName })}>
      <h4 className="mb-1.5 font-medium text-meta">{t('picker.preview', { name: contactName })}</h4>
      <div className="w-fit max-w-full rounded-lg rounded-ee-sm bg-accent-tint px-3.5 py-2">
        {textsOf(template).map(({ part, text }) => (
          <p
            key={part}
            dir="auto"
            className={cx(
              'whitespace-pre-wrap [overflow-wrap:anywhere]',
              part === 'header' && 'font-semibold',
              part === 'footer' && 'mt-1 text-chip text-muted',
            )}
          >
            {piecesOf(part, text, values).map((piece, place) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
                key={place}
                className={cx(piece.variable && 'rounded-sm bg-raised px-0.5 font-medium')}
              >
                {piece.text}
              </span>
            ))}
          </p>
        ))}
        {buttonsOf(template).length > 0 && (
          <ul className="mt-2 flex flex-wrap gap-1.5">
            {buttonsOf(template).map((label) => (
              <li key={label} className="rounded-md border border-edge/50 px-2 py-0.5 text-chip">
                <bdi>{label}</bdi>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
