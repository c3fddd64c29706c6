import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/button';
import { PlainText } from '@/components/plain-text';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import { deleteNote, notesQuery, saveNote } from './api';

interface ContactNotesProps {
  accountId: string;
  contactId: string;
  userId: string;
  people: ReadonlyMap<string, { name: string }>;
}

/** What colleagues wrote down about a person, whatever the conversation. */
export function ContactNotes({ accountId, contactId, userId, people }: ContactNotesProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = notesQuery(accountId, contactId);
  const { data: notes } = useQuery(query);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);

  async function run(call: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    try {
      await call();
      await client.invalidateQueries({ queryKey: query.queryKey });
      return true;
    } catch (error) {
      const failure = toApiError(error);
      showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, { tone: 'danger' });
      return false;
    } finally {
      setBusy(false);
    }
  }

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const content = text.trim();
    if (content && (await run(() => saveNote(contactId, content)))) setText('');
  }

  return (
    <div className="space-y-3">
      <form onSubmit={(event) => void add(event)}>
        <textarea
          dir="auto"
          rows={2}
          value={text}
          aria-label={t('contact.newNote')}
          placeholder={t('contact.newNote')}
          onChange={(event) => setText(event.target.value)}
          className="field-sizing-content block max-h-40 min-h-14 w-full resize-none rounded-md border border-edge/60 bg-surface px-2.5 py-1.5 text-meta"
        />
        {text.trim() && (
          <Button type="submit" look="primary" disabled={busy} className="mt-2">
            {t('contact.addNote')}
          </Button>
        )}
      </form>
      {notes?.map((note) => (
        <article
          key={note.id}
          className="group/note rounded-md border border-border bg-bg px-3 py-2 text-meta"
        >
          <p className="mb-0.5 flex items-center gap-2 text-chip text-muted">
            <bdi className="min-w-0 truncate font-semibold">
              {(note.user_id && people.get(note.user_id)?.name) || t('contact.formerColleague')}
            </bdi>
            <RelativeTime iso={note.created_at} className="shrink-0" />
            {note.user_id === userId && (
              <button
                type="button"
                disabled={busy}
                aria-label={t('contact.deleteNote')}
                title={t('contact.deleteNote')}
                onClick={() => void run(() => deleteNote(note.id))}
                className="-my-1 ms-auto flex size-6 items-center justify-center rounded-md opacity-0 hover:bg-hover focus-visible:opacity-100 group-hover/note:opacity-100"
              >
                <Trash2 aria-hidden="true" size={13} />
              </button>
            )}
          </p>
          <PlainText text={note.content} />
        </article>
      ))}
      {notes?.length === 0 && <p className="text-meta text-muted">{t('contact.noNotes')}</p>}
    </div>
  );
}
