import { useQuery } from '@tanstack/react-query';
import { BadgeCheck, Copy, Mail, Phone, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { absolute } from '@/lib/format';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import { contactQuery } from './api';

interface ContactPanelProps {
  row: Conversation;
  onClose: () => void;
  /** Facts about the conversation, which belong to another part of the application. */
  children: ReactNode;
}

/** Who the customer is, and what is known about this conversation. */
export default function ContactPanel({ row, onClose, children }: ContactPanelProps) {
  const { t, i18n } = useTranslation();
  const query = useQuery(contactQuery(row.account_id, row.contact.id));
  const contact = query.data;
  const name =
    row.contact.name || row.contact.email || row.contact.phone_number || t('contact.visitor');
  const known = { ...contact?.additional_attributes, ...contact?.custom_attributes };
  const attributes = Object.entries(known).flatMap(([key, value]) => {
    const text = readable(value);
    return text ? [{ key, text }] : [];
  });

  return (
    <div className="h-full overflow-y-auto">
      <div className="flex h-14 items-center ps-5 pe-2">
        <h2 className="font-semibold text-meta">{t('contact.title')}</h2>
        <button
          type="button"
          aria-label={t('common.close')}
          onClick={onClose}
          className="ms-auto flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover xl:hidden"
        >
          <X aria-hidden="true" size={16} />
        </button>
      </div>
      <div className="flex flex-col items-center px-5 pb-5 text-center">
        <Avatar id={row.contact.id} name={name} url={row.contact.avatar_url} size="lg" />
        <p className="mt-3 flex max-w-full items-center gap-1.5 font-semibold text-[0.9375rem]">
          <bdi className="min-w-0 truncate">{name}</bdi>
          {row.contact.identified === 'verified' && (
            <span title={t('contact.verifiedHint')} className="text-accent">
              <BadgeCheck aria-hidden="true" size={16} />
              <span className="sr-only">{t('contact.verified')}</span>
            </span>
          )}
        </p>
        <p className="text-meta text-muted">{t(`contact.${row.contact.identified}`)}</p>
        {contact?.blocked && (
          <p className="mt-1 font-medium text-danger text-meta">{t('contact.blocked')}</p>
        )}
      </div>
      {(row.contact.email || row.contact.phone_number) && (
        <Section>
          {row.contact.email && (
            <CopyLine icon={<Mail aria-hidden="true" size={15} />} value={row.contact.email} />
          )}
          {row.contact.phone_number && (
            <CopyLine
              icon={<Phone aria-hidden="true" size={15} />}
              value={row.contact.phone_number}
            />
          )}
        </Section>
      )}
      <Section title={t('conversation.facts')}>{children}</Section>
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
        <Section title={t('contact.attributes')}>
          <dl className="space-y-2.5">
            <Fact label={t('contact.firstSeen')}>
              {absolute(contact.created_at, i18n.language)}
            </Fact>
            {contact.last_activity_at && (
              <Fact label={t('contact.lastSeen')}>
                {absolute(contact.last_activity_at, i18n.language)}
              </Fact>
            )}
            {contact.identifier && (
              <Fact label={t('contact.identifier')}>{contact.identifier}</Fact>
            )}
            {attributes.map(({ key, text }) => (
              <Fact key={key} label={key.replaceAll('_', ' ')}>
                {text}
              </Fact>
            ))}
          </dl>
        </Section>
      )}
    </div>
  );
}

function readable(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Section({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className="border-border border-t px-5 py-4">
      {title && <h3 className="mb-3 font-semibold text-chip text-muted">{title}</h3>}
      {children}
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-3 text-meta">
      <dt className="truncate text-muted first-letter:uppercase">
        <bdi>{label}</bdi>
      </dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

function CopyLine({ icon, value }: { icon: ReactNode; value: string }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      title={t('common.copy')}
      onClick={() =>
        void navigator.clipboard.writeText(value).then(
          () => showToast(t('common.copied', { value })),
          () => showToast(t('common.notCopied'), { tone: 'danger' }),
        )
      }
      className="group -mx-2 flex h-8 w-[calc(100%+1rem)] items-center gap-2.5 rounded-md px-2 text-meta hover:bg-hover"
    >
      <span className="text-muted">{icon}</span>
      <bdi dir="ltr" className="min-w-0 truncate">
        {value}
      </bdi>
      <Copy
        aria-hidden="true"
        size={13}
        className="ms-auto shrink-0 text-muted opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
      />
    </button>
  );
}
