import { Ellipsis, Merge, Trash2 } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Menu } from '@/components/menu';
import type { Language } from '@/i18n';
import { failureText } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import { type Contact, type ContactHead, deleteContact } from './api';

const ConfirmDialog = lazily(() => import('@/components/confirm-dialog'));
const MergeContact = lazily(() => import('./merge-contact'));

interface ContactMenuProps {
  accountId: string;
  contact: ContactHead;
  /** Only administrators delete. */
  administrator: boolean;
  language: Language;
  onMerged: (contact: Contact) => void;
  onDeleted: () => void;
}

/** What is done to a contact as a whole, and cannot be undone. */
export function ContactMenu({
  accountId,
  contact,
  administrator,
  language,
  onMerged,
  onDeleted,
}: ContactMenuProps) {
  const { t } = language;
  const [open, setOpen] = useState<'merge' | 'delete' | null>(null);
  const name = contactName(contact, t('contact.visitor'));

  async function remove(): Promise<void> {
    try {
      await deleteContact(contact.id);
      showToast(t('contacts.deleted', { name }));
      onDeleted();
    } catch (error) {
      showToast(failureText(t, error), { tone: 'danger' });
    }
  }

  return (
    <>
      <Menu
        label={t('contacts.actions')}
        className="flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover"
        align="end"
        trigger={<Ellipsis aria-hidden="true" size={16} />}
        groups={[
          {
            label: t('contacts.actions'),
            entries: [
              {
                id: 'merge',
                label: t('contacts.mergeMenu'),
                icon: <Merge aria-hidden="true" size={14} />,
                onSelect: () => setOpen('merge'),
              },
              ...(administrator
                ? [
                    {
                      id: 'delete',
                      label: t('contacts.deleteMenu'),
                      icon: <Trash2 aria-hidden="true" size={14} />,
                      onSelect: () => setOpen('delete'),
                    },
                  ]
                : []),
            ],
          },
        ]}
      />
      <Suspense>
        {open === 'merge' && (
          <MergeContact
            accountId={accountId}
            contact={contact}
            language={language}
            onMerged={(merged) => {
              setOpen(null);
              showToast(t('contacts.merged'));
              onMerged(merged);
            }}
            onClose={() => setOpen(null)}
          />
        )}
        {open === 'delete' && (
          <ConfirmDialog
            title={t('contacts.deleteTitle', { name })}
            text={t('contacts.deleteText')}
            confirm={t('contacts.delete')}
            onAnswer={(confirmed) => {
              setOpen(null);
              if (confirmed) void remove();
            }}
          />
        )}
      </Suspense>
    </>
  );
}
