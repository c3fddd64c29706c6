import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import type { Language } from '@/i18n';
import { failureText } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { type Contact, type ContactHead, contactListQuery, mergeContacts } from './api';

interface MergeContactProps {
  accountId: string;
  /** Who stays. */
  contact: ContactHead;
  language: Language;
  onMerged: (contact: Contact) => void;
  onClose: () => void;
}

const WAIT_MS = 250;
const SHOWN = 8;

/** Finds the other contact who is the same person, and says what becomes of them before it is done. */
export default function MergeContact({
  accountId,
  contact,
  language: { t },
  onMerged,
  onClose,
}: MergeContactProps) {
  const [text, setText] = useState('');
  const [query, setQuery] = useState('');
  const [other, setOther] = useState<Contact | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useInfiniteQuery(
    contactListQuery(accountId, { query, sort: '-last_activity_at', conditions: null }),
  );
  const rows = found.data?.pages[0]?.rows.filter((row) => row.id !== contact.id).slice(0, SHOWN);
  const visitor = t('contact.visitor');
  const base = contactName(contact, visitor);

  async function merge(mergee: Contact): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      onMerged(await mergeContacts(contact.id, mergee.id));
    } catch (error) {
      setFailure(failureText(t, error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={t('contacts.mergeTitle', { name: base })} onClose={onClose}>
      <div className="space-y-3 p-5 pt-3">
        {other ? (
          <p className="text-meta">
            {t('contacts.mergeText', { other: contactName(other, visitor), name: base })}
          </p>
        ) : (
          <>
            <Field
              label={t('contacts.mergeWith')}
              type="search"
              dir={text ? 'auto' : undefined}
              autoComplete="off"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
            {found.isError ? (
              <p role="alert" className="text-danger text-meta">
                {failureText(t, found.error)}
              </p>
            ) : (
              <ul
                aria-label={t('contacts.list')}
                aria-busy={!rows}
                className="h-80 overflow-y-auto"
              >
                {rows?.map((row) => (
                  <li key={row.id}>
                    <button
                      type="button"
                      onClick={() => setOther(row)}
                      className="flex w-full items-center gap-3 rounded-md px-2 py-1.5 text-start hover:bg-hover"
                    >
                      <Avatar
                        id={row.id}
                        name={contactName(row, visitor)}
                        url={row.avatar_url}
                        size="sm"
                      />
                      <span className="min-w-0 text-meta">
                        <bdi className="block truncate font-medium">
                          {contactName(row, visitor)}
                        </bdi>
                        <bdi className="block truncate text-muted">
                          {[row.email, row.phone_number].filter(Boolean).join(' · ')}
                        </bdi>
                      </span>
                    </button>
                  </li>
                ))}
                {rows?.length === 0 && (
                  <li className="px-2 py-1.5 text-meta text-muted">{t('contacts.noneTitle')}</li>
                )}
              </ul>
            )}
          </>
        )}
        <div role="alert">
          {failure && (
            <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">{failure}</p>
          )}
        </div>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={other ? () => setOther(null) : onClose}>
            {t(other ? 'contacts.mergeBack' : 'common.cancel')}
          </Button>
          {other && (
            <Button size="md" look="primary" disabled={busy} onClick={() => void merge(other)}>
              {t('contacts.merge')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
