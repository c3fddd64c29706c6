import { Clock, RotateCw } from 'lucide-react';
import { cx } from '@/components/cx';
import { isolated } from '@/lib/format';
import type { Message } from '@/types/message';
import { reactionsOf } from './cards';
import { deliveryNotice, deliveryWords } from './delivery-words';
import { useMessageActions } from './message-actions';
import { useThreadText } from './texts';

/** What hangs below a bubble: reactions, who else gets the mail, and what became of the delivery. */
export default function MessageBelow({ message }: { message: Message }) {
  const end = message.message_type !== 'incoming';
  return (
    <>
      <Reactions message={message} end={end} />
      <Recipients message={message} />
      <Notice message={message} />
      <Failure message={message} />
    </>
  );
}

function Reactions({ message, end }: { message: Message; end: boolean }) {
  const { t } = useThreadText();
  const { contactName } = useMessageActions();
  const reactions = reactionsOf(message.content_attributes ?? {});
  if (reactions.length === 0) return null;
  return (
    <ul className={cx('relative z-[1] -mt-1.5 flex flex-wrap gap-1 px-2', end && 'justify-end')}>
      {reactions.map(({ emoji, count }) => {
        // Agents talk with one person: who reacted is the contact.
        const label = t('extra.reactedWith', { name: isolated(contactName), emoji });
        return (
          <li
            key={emoji}
            title={label}
            className="flex h-6 animate-[rise_140ms] items-center gap-1 rounded-full border border-border bg-raised px-1.5 text-meta"
          >
            <span aria-hidden="true">{emoji}</span>
            {count > 1 && (
              <span aria-hidden="true" className="tabular text-chip text-muted">
                {count}
              </span>
            )}
            <span className="sr-only">{label}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Whom an agent's mail was sent to, where the agent chose. */
function Recipients({ message }: { message: Message }) {
  const { t } = useThreadText();
  const attributes = message.content_attributes ?? {};
  const fields = (['to', 'cc', 'bcc'] as const).flatMap((field) => {
    const all = attributes[`${field}_emails`];
    return Array.isArray(all) && all.length > 0 ? [{ field, names: all.join(', ') }] : [];
  });
  if (fields.length === 0) return null;
  return (
    <p className="px-1 text-end text-chip text-muted">
      {fields.map(({ field, names }) => (
        <span key={field} className="ms-2 [overflow-wrap:anywhere]">
          {t(`recipients.${field}`)}: <bdi>{names}</bdi>
        </span>
      ))}
    </p>
  );
}

function Notice({ message }: { message: Message }) {
  const { t } = useThreadText();
  const notice = deliveryNotice(message);
  if (!notice || message.status === 'failed') return null;
  return (
    <p className="flex items-start justify-end gap-1.5 px-1 text-chip text-warn">
      <Clock aria-hidden="true" size={13} className="mt-0.5 shrink-0" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {t('delivery.notice', { text: isolated(notice) })}
      </span>
    </p>
  );
}

function Failure({ message }: { message: Message }) {
  const { t } = useThreadText();
  const { retry } = useMessageActions();
  const words = deliveryWords(message);
  if (!words) return null;
  return (
    <div
      className={cx(
        'mt-1 flex flex-wrap items-center justify-end gap-x-1.5 px-1 text-end text-chip',
        words.uncertain ? 'text-warn' : 'text-danger',
      )}
    >
      <p className="min-w-0 [overflow-wrap:anywhere]">
        {words.uncertain ? t('delivery.maybe') : words.reason ? t(words.reason) : ''}{' '}
        {words.said
          ? words.reason || words.uncertain
            ? t('delivery.said', { text: isolated(words.said) })
            : words.said
          : !words.reason && !words.uncertain && t('delivery.failedText')}
      </p>
      {words.mayRetry && (
        <button
          type="button"
          onClick={() => retry(message)}
          className="inline-flex h-6 items-center gap-1 rounded-sm px-1.5 font-medium hover:bg-danger-tint"
        >
          <RotateCw aria-hidden="true" size={12} />
          {t(words.uncertain ? 'delivery.sendAgain' : 'common.retry')}
        </button>
      )}
    </div>
  );
}
