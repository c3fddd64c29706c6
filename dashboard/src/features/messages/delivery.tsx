import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from 'lucide-react';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import type { Message } from '@/types/message';

const icons = {
  queued: Clock,
  sending: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
  unknown: CircleHelp,
};

/** How far a message got, as a sign with a name. */
export function Delivery({ status }: { status: Message['status'] }) {
  const { t } = useTranslation();
  const Icon = icons[status];
  return (
    <span
      title={t(`delivery.${status}`)}
      className={cx(
        'inline-flex',
        status === 'read' && 'text-accent',
        status === 'failed' && 'text-danger',
      )}
    >
      <Icon aria-hidden="true" size={13} />
      <span className="sr-only">{t(`delivery.${status}`)}</span>
    </span>
  );
}
