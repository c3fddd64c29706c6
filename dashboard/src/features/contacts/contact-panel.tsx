import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BadgeCheck, ChevronDown, Copy, Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Editable } from '@/components/editable';
import { LabelChip, LabelDot } from '@/components/label-chip';
import { PickList } from '@/components/pick-list';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { absolute } from '@/lib/format';
import { showToast } from '@/lib/toast';
import {
  type Contact,
  type ContactHead,
  contactKey,
  contactQuery,
  saveContact,
  setContactLabels,
} from './api';
import { ContactNotes } from './contact-notes';
import { PastConversations } from './past-conversations';

interface ContactPanelProps {
  accountId: string;
  /** What is known until the rest is there. */
  head: ContactHead;
  /** The conversation on screen, which is none of the others. */
  exceptId?: string;
  /** There is nothing beside it that could close it. */
  closable?: boolean;
  userId: string;
  people: ReadonlyMap<string, { name: string }>;
  labels: { title: string; color: string }[];
  onClose: () => void;
  onOpen: (displayId: number) => void;
  /** The contact changed: rows that show it are out of date. */
  onChanged: (contact: Contact) => void;
  /** Writing to the contact first, which belongs to another part of the application. */
  start: ReactNode;
  /** What is done to the contact as a whole. */
  menu?: ReactNode;
  /** Facts about the conversation, likewise. */
  children?: ReactNode;
  /** The account's own fields of the contact, likewise. */
  attributes: (
    contact: Contact,
    save: (values: Record<string, unknown>) => Promise<unknown>,
  ) => ReactNode;
}

/** Who the customer is, and what is known about this conversation. */
export default function ContactPanel({
  accountId,
  head,
  exceptId,
  closable = false,
  userId,
  people,
  labels,
  onClose,
  onOpen,
  onChanged,
  start,
  menu,
  children,
  attributes,
}: ContactPanelProps) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(contactQuery(accountId, head.id));
  const contact = query.data;
  const name = contactName(head, t('contact.visitor'));
  const more = contact?.additional_attributes ?? {};

  async function save(values: Parameters<typeof saveContact>[2]): Promise<void> {
    const saved = await saveContact(accountId, head.id, values);
    client.setQueryData(contactKey(accountId, head.id), saved);
    void client.invalidateQueries({ queryKey: ['reach', head.id] });
    onChanged(saved);
  }

  async function toggleLabel(title: string): Promise<void> {
    if (!contact) return;
    const next = contact.labels.includes(title)
      ? contact.labels.filter((each) => each !== title)
      : [...contact.labels, title].sort();
    const key = contactKey(accountId, head.id);
    client.setQueryData<Contact>(key, { ...contact, labels: next });
    try {
      await setContactLabels(contact.id, next);
      onChanged({ ...contact, labels: next });
    } catch (error) {
      client.setQueryData<Contact>(key, contact);
      const failure = toApiError(error);
      showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, { tone: 'danger' });
    }
  }

  return (
    <div className="h-full overflow-y-auto">
      <div className="flex h-14 items-center ps-5 pe-2">
        <h2 className="me-auto font-semibold text-meta">{t('contact.title')}</h2>
        {menu}
        <button
          type="button"
          aria-label={t('common.close')}
          onClick={onClose}
          className={cx(
            'flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover',
            !closable && 'xl:hidden',
          )}
        >
          <X aria-hidden="true" size={16} />
        </button>
      </div>
      <div className="flex items-center gap-3.5 px-5 pb-4">
        <Avatar id={head.id} name={name} url={head.avatar_url} size="lg" />
        <div className="min-w-0">
          <p className="flex max-w-full items-center gap-1.5 font-semibold text-[0.9375rem]">
            <bdi className="min-w-0 truncate">{name}</bdi>
            {head.identified === 'verified' && (
              <span title={t('contact.verifiedHint')} className="text-accent">
                <BadgeCheck aria-hidden="true" size={16} />
                <span className="sr-only">{t('contact.verified')}</span>
              </span>
            )}
          </p>
          <p className="text-meta text-muted">{t(`contact.${head.identified}`)}</p>
          {(contact?.blocked ?? head.blocked) && (
            <p className="font-medium text-danger text-meta">{t('contact.blocked')}</p>
          )}
        </div>
      </div>
      {children && <Section title={t('conversation.facts')}>{children}</Section>}
      {query.isError && (
        <Section title={t('contact.attributes')}>
          <p className="text-meta text-muted">
            {toApiError(query.error).isNetwork
              ? t('error.network')
              : toApiError(query.error).message}
          </p>
          <Button className="mt-2" onClick={() => void query.refetch()}>
            {t('common.retry')}
          </Button>
        </Section>
      )}
      {contact && (
        <>
          <Section title={t('contact.attributes')}>
            <dl className="space-y-1.5">
              <Line label={t('contact.name')}>
                <Editable
                  label={t('contact.name')}
                  value={contact.name ?? ''}
                  onSave={(value) => save({ name: value })}
                />
              </Line>
              <Line label={t('contact.email')} copy={contact.email}>
                <Editable
                  label={t('contact.email')}
                  type="email"
                  value={contact.email ?? ''}
                  onSave={(value) => save({ email: value || null })}
                />
              </Line>
              <Line label={t('contact.phone')} copy={contact.phone_number}>
                <Editable
                  label={t('contact.phone')}
                  type="tel"
                  value={contact.phone_number ?? ''}
                  onSave={(value) => save({ phone_number: value.replace(/[\s()-]/g, '') || null })}
                />
              </Line>
              {(['company_name', 'city', 'country'] as const).map((key) => (
                <Line key={key} label={t(`contact.${key}`)}>
                  <Editable
                    label={t(`contact.${key}`)}
                    value={typeof more[key] === 'string' ? more[key] : ''}
                    onSave={(value) =>
                      save({ additional_attributes: { ...more, [key]: value || undefined } })
                    }
                  />
                </Line>
              ))}
              <Line label={t('conversation.labels')}>
                <span className="flex flex-wrap items-center gap-1 py-0.5">
                  {contact.labels.map((title) => (
                    <LabelChip
                      key={title}
                      title={title}
                      color={labels.find((label) => label.title === title)?.color}
                      onRemove={() => void toggleLabel(title)}
                      removeLabel={t('conversation.removeLabel', { name: title })}
                    />
                  ))}
                  <Popover
                    label={t('contact.addLabel')}
                    align="end"
                    className="flex size-6 items-center justify-center rounded-full border border-edge/60 border-dashed text-muted hover:bg-hover hover:text-text"
                    trigger={<Plus aria-hidden="true" size={13} />}
                  >
                    {() => (
                      <PickList
                        label={t('conversation.labels')}
                        placeholder={t('picker.label')}
                        empty={t('picker.noLabels')}
                        multiple
                        options={labels.map(({ title, color }) => ({
                          id: title,
                          label: title,
                          icon: <LabelDot color={color} />,
                          checked: contact.labels.includes(title),
                        }))}
                        onPick={(title) => void toggleLabel(title)}
                      />
                    )}
                  </Popover>
                </span>
              </Line>
              {contact.identifier && (
                <Line label={t('contact.identifier')}>
                  <bdi className="block py-1 [overflow-wrap:anywhere]">{contact.identifier}</bdi>
                </Line>
              )}
              <Line label={t('contact.firstSeen')}>
                <span className="block py-1">{absolute(contact.created_at, i18n.language)}</span>
              </Line>
              {contact.last_activity_at && (
                <Line label={t('contact.lastSeen')}>
                  <span className="block py-1">
                    {absolute(contact.last_activity_at, i18n.language)}
                  </span>
                </Line>
              )}
            </dl>
            <div className="mt-1.5">
              {attributes(contact, (values) => save({ custom_attributes: values }))}
            </div>
          </Section>
          <Section title={t('contact.notes')}>
            <ContactNotes
              accountId={accountId}
              contactId={contact.id}
              userId={userId}
              people={people}
            />
          </Section>
        </>
      )}
      <Section title={t('contact.previous')}>
        <PastConversations
          accountId={accountId}
          contactId={head.id}
          exceptId={exceptId}
          onOpen={onOpen}
        />
        {start}
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details open className="group/section border-border border-t">
      <summary className="flex h-11 cursor-default list-none items-center px-5 focus-visible:-outline-offset-2">
        <h3 className="font-semibold text-chip text-muted">{title}</h3>
        <ChevronDown
          aria-hidden="true"
          size={14}
          className="ms-auto text-muted transition-transform group-open/section:rotate-180"
        />
      </summary>
      <div className="px-5 pb-4">{children}</div>
    </details>
  );
}

function Line({
  label,
  copy,
  children,
}: {
  label: string;
  copy?: string | null;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="group/line grid grid-cols-[6.5rem_1fr] gap-3 text-meta">
      <dt className="truncate pt-[5px] text-muted">
        <bdi>{label}</bdi>
      </dt>
      <dd className="flex min-w-0 items-start">
        <span className="min-w-0 flex-1">{children}</span>
        {copy && (
          <button
            type="button"
            aria-label={t('contact.copy', { value: copy })}
            title={t('common.copy')}
            onClick={() =>
              void navigator.clipboard.writeText(copy).then(
                () => showToast(t('common.copied', { value: copy })),
                () => showToast(t('common.notCopied'), { tone: 'danger' }),
              )
            }
            className="flex size-7 shrink-0 items-center justify-center rounded-md text-muted opacity-0 hover:bg-hover focus-visible:opacity-100 group-hover/line:opacity-100"
          >
            <Copy aria-hidden="true" size={13} />
          </button>
        )}
      </dd>
    </div>
  );
}
