import { CircleAlert, FileText, RotateCw, Trash2 } from 'lucide-react';
import { cx } from '@/components/cx';
import { PlainText } from '@/components/plain-text';
import { useTranslation } from '@/i18n';
import { clock } from '@/lib/format';
import type { OutboxItem } from '@/lib/outbox';
import { Delivery } from './delivery';
import { NoteFrame } from './note-frame';

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
  const body = (
    <>
      {item.content && <PlainText text={item.content} />}
      {item.files?.map((file) => (
        <p key={file.id} className="mt-1 flex items-center gap-2 text-meta">
          <FileText aria-hidden="true" size={15} className="shrink-0 text-muted" />
          <bdi className="truncate">{file.name}</bdi>
        </p>
      ))}
    </>
  );
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
        <NoteFrame name={name} first={first} meta={null}>
          {body}
        </NoteFrame>
        {meta}
      </div>
    );
  }
  return (
    <article
      aria-label={t('thread.messageFrom', { name })}
      className={cx('flex flex-col items-end ps-[12%] max-sm:ps-8', first ? 'pt-3' : 'pt-0.5')}
    >
      <div
        className={cx(
          'min-w-0 max-w-full rounded-lg rounded-ee-sm bg-accent-tint px-3.5 py-2',
          stuck && 'ring-1 ring-danger',
        )}
      >
        {body}
      </div>
      {meta}
    </article>
  );
}
