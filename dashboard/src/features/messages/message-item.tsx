import { CircleAlert, Lock, RotateCw, Trash2 } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { PlainText } from '@/components/plain-text';
import { useTranslation } from '@/i18n';
import { absolute, clock } from '@/lib/format';
import type { OutboxItem } from '@/lib/outbox';
import type { Message } from '@/types/message';
import { Delivery } from './delivery';

interface MessageItemProps {
  message: Message;
  first: boolean;
  last: boolean;
}

/** One message: the customer at the start side, our replies at the end, notes across. */
export const MessageItem = memo(function MessageItem({ message, first, last }: MessageItemProps) {
  const { t, i18n } = useTranslation();
  const name =
    message.sender.name ||
    (message.sender.type === 'contact' ? t('contact.visitor') : t('thread.system'));
  const body = message.deleted_at ? (
    <em className="text-muted">{t('thread.deleted')}</em>
  ) : (
    <PlainText text={message.content ?? ''} />
  );
  const time = (
    <time
      dateTime={message.created_at}
      title={absolute(message.created_at, i18n.language)}
      className="tabular"
    >
      {clock(message.created_at, i18n.language)}
    </time>
  );
  const edited = message.edited_at && <span>{t('thread.edited')}</span>;

  if (message.private) {
    return (
      <Note
        name={name}
        first={first}
        meta={
          <>
            {edited}
            {time}
          </>
        }
      >
        {body}
      </Note>
    );
  }
  if (message.message_type === 'incoming') {
    return (
      <article
        aria-label={t('thread.messageFrom', { name })}
        className={cx('flex items-end gap-2.5 pe-[12%]', first ? 'pt-3' : 'pt-0.5')}
      >
        {last ? (
          <Avatar
            id={message.sender.id ?? name}
            name={name}
            url={message.sender.avatar_url}
            size="sm"
          />
        ) : (
          <span className="w-7 shrink-0" />
        )}
        <div className="flex min-w-0 flex-col items-start">
          <div
            className={cx(
              'min-w-0 max-w-full rounded-lg border border-border bg-raised px-3.5 py-2',
              last && 'rounded-es-sm',
            )}
          >
            {body}
          </div>
          {last && (
            <p className="mt-1 flex items-center gap-1.5 px-1 text-[11px] text-muted">
              <bdi>{name}</bdi>
              {edited}
              {time}
            </p>
          )}
        </div>
      </article>
    );
  }
  const failed = message.status === 'failed';
  return (
    <article
      aria-label={t('thread.messageFrom', { name })}
      className={cx('flex flex-col items-end ps-[12%]', first ? 'pt-3' : 'pt-0.5')}
    >
      <div
        className={cx(
          'min-w-0 max-w-full rounded-lg bg-accent-tint px-3.5 py-2',
          last && 'rounded-ee-sm',
          failed && 'ring-1 ring-danger',
        )}
      >
        {body}
      </div>
      {(last || failed) && (
        <p className="mt-1 flex items-center gap-1.5 px-1 text-[11px] text-muted">
          <bdi>{name}</bdi>
          {edited}
          {time}
          <Delivery status={message.status} />
        </p>
      )}
      {failed && (
        <p className="px-1 text-danger text-chip">
          {failureReason(message) ?? t('delivery.failedText')}
        </p>
      )}
    </article>
  );
});

/** The channel's own words about a failure, where it gave any. */
function failureReason(message: Message): string | null {
  const reason = message.content_attributes?.external_error;
  return typeof reason === 'string' ? reason : null;
}

function Note({
  name,
  first,
  meta,
  children,
}: {
  name: string;
  first: boolean;
  meta: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <article aria-label={t('thread.noteFrom', { name })} className={first ? 'pt-3' : 'pt-1'}>
      <div className="rounded-lg border border-note-border bg-note px-3.5 py-2.5">
        <p className="mb-1 flex items-center gap-1.5 text-chip text-note-text">
          <Lock aria-hidden="true" size={12} />
          <bdi className="font-semibold">{name}</bdi>
          <span className="max-sm:sr-only">{t('thread.noteHint')}</span>
          <span className="ms-auto flex gap-1.5">{meta}</span>
        </p>
        {children}
      </div>
    </article>
  );
}

/** Something the system did, told in one quiet line. */
export function ActivityLine({ message }: { message: Message }) {
  const { i18n } = useTranslation();
  return (
    <p className="flex justify-center gap-1.5 px-6 py-1.5 text-center text-chip text-muted">
      <bdi>{message.content}</bdi>
      <time
        dateTime={message.created_at}
        title={absolute(message.created_at, i18n.language)}
        className="tabular shrink-0"
      >
        {clock(message.created_at, i18n.language)}
      </time>
    </p>
  );
}

interface UnsentItemProps {
  item: OutboxItem;
  first: boolean;
  name: string;
  offline: boolean;
  onRetry: () => void;
  onDiscard: () => void;
  onReview: () => void;
}

/** A message of ours the server has not confirmed: waiting, being sent, or in need of a decision. */
export function UnsentItem({
  item,
  first,
  name,
  offline,
  onRetry,
  onDiscard,
  onReview,
}: UnsentItemProps) {
  const { t, i18n } = useTranslation();
  const stuck = item.state === 'failed' || item.state === 'conflict';
  const link =
    'inline-flex h-6 items-center gap-1 rounded-sm px-1.5 font-medium hover:bg-danger-tint';
  const meta = (
    <p
      className={cx(
        'mt-1 flex flex-wrap items-center justify-end gap-1.5 px-1 text-[11px]',
        stuck ? 'text-danger text-chip' : 'text-muted',
      )}
    >
      {item.state === 'failed' && (
        <>
          <CircleAlert aria-hidden="true" size={13} />
          <span>{item.error}</span>
          <button type="button" onClick={onRetry} className={link}>
            <RotateCw aria-hidden="true" size={12} />
            {t('common.retry')}
          </button>
          <button type="button" onClick={onDiscard} className={link}>
            <Trash2 aria-hidden="true" size={12} />
            {t('common.discard')}
          </button>
        </>
      )}
      {item.state === 'conflict' && (
        <>
          <CircleAlert aria-hidden="true" size={13} />
          <span>{t('collision.notSent')}</span>
          <button type="button" onClick={onReview} className={link}>
            {t('collision.decide')}
          </button>
        </>
      )}
      {!stuck && (
        <>
          <span>{t(offline ? 'delivery.waiting' : 'delivery.sending')}</span>
          <time dateTime={item.createdAt} className="tabular">
            {clock(item.createdAt, i18n.language)}
          </time>
          <Delivery status="queued" />
        </>
      )}
    </p>
  );
  if (item.private) {
    return (
      <div>
        <Note name={name} first={first} meta={null}>
          <PlainText text={item.content} />
        </Note>
        {meta}
      </div>
    );
  }
  return (
    <article
      aria-label={t('thread.messageFrom', { name })}
      className={cx('flex flex-col items-end ps-[12%]', first ? 'pt-3' : 'pt-0.5')}
    >
      <div
        className={cx(
          'min-w-0 max-w-full rounded-lg rounded-ee-sm bg-accent-tint px-3.5 py-2',
          stuck && 'ring-1 ring-danger',
        )}
      >
        <PlainText text={item.content} />
      </div>
      {meta}
    </article>
  );
}
