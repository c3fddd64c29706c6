import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import type { ConversationStatus } from '@/types/conversation';

const dots: Record<ConversationStatus, string> = {
  open: 'bg-accent',
  pending: 'bg-warn',
  snoozed: 'border-2 border-edge',
  resolved: 'bg-edge',
};

/** A conversation's status: a word, with a dot for those who scan. */
export function StatusChip({ status }: { status: ConversationStatus }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full border border-border px-2 font-medium text-chip">
      <span aria-hidden="true" className={cx('size-2 rounded-full', dots[status])} />
      {t(`status.${status}`)}
    </span>
  );
}
