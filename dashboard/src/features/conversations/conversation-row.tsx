import { Link } from '@tanstack/react-router';
import {
  Clock,
  CornerUpLeft,
  Lock,
  Pencil,
  SignalHigh,
  SignalLow,
  SignalMedium,
} from 'lucide-react';
import { memo } from 'react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import { absolute, cappedCount, shortRelative } from '@/lib/format';
import type { Conversation } from '@/types/conversation';

export interface RowPerson {
  id: string;
  name: string;
  avatarUrl: string | null;
}

interface RowProps {
  row: Conversation;
  open: boolean;
  focusable: boolean;
  userId: string;
  assignee: RowPerson | null;
  inboxName: string | null;
  draft: string | null;
  onOpenIntent: (row: Conversation) => void;
}

const priorityIcons = {
  low: SignalLow,
  medium: SignalMedium,
  high: SignalHigh,
  urgent: SignalHigh,
};

/** One conversation in the list: a link whose name says everything its looks say. */
export const ConversationRow = memo(function ConversationRow({
  row,
  open,
  focusable,
  userId,
  assignee,
  inboxName,
  draft,
  onOpenIntent,
}: RowProps) {
  const { t, i18n } = useTranslation();
  const name =
    row.contact.name || row.contact.email || row.contact.phone_number || t('contact.visitor');
  const unread = row.unread_count > 0;
  const PriorityIcon = priorityIcons[row.priority as keyof typeof priorityIcons];
  const shownLabels = row.labels.slice(0, 2);

  const description = [
    name,
    `#${row.display_id}`,
    unread && t('list.unread', { count: row.unread_count }),
    row.status !== 'open' && t(`status.${row.status}`),
    row.priority && t(`priority.${row.priority}`),
    row.waiting_since &&
      t('list.waitingFor', { time: shortRelative(row.waiting_since, i18n.language) }),
    row.assignee_id === userId && t('list.assignedToYou'),
    row.assignee_id === null && t('list.unassigned'),
    assignee && assignee.id !== userId && t('list.assignedTo', { name: assignee.name }),
    inboxName,
  ]
    .filter(Boolean)
    .join(', ');

  return (
    <Link
      from="/a/$accountId/inbox/$view"
      to="/a/$accountId/inbox/$view/$displayId"
      params={(params) => ({ ...params, displayId: String(row.display_id) })}
      search={(search) => search}
      data-row={row.id}
      tabIndex={focusable ? 0 : -1}
      activeOptions={{ exact: true }}
      aria-current={open ? 'true' : undefined}
      onPointerEnter={() => onOpenIntent(row)}
      onFocus={() => onOpenIntent(row)}
      className={cx(
        'group relative mx-2 block h-[76px] rounded-md px-2.5 py-2 -outline-offset-2',
        open ? 'bg-selected' : 'hover:bg-hover',
      )}
    >
      <span className="sr-only">{description}</span>
      <span aria-hidden="true" className="flex h-full gap-3">
        {unread && (
          <span
            aria-hidden="true"
            className="absolute start-0 top-1/2 h-6 w-[3px] -translate-y-1/2 rounded-full bg-accent"
          />
        )}
        <Avatar id={row.contact.id} name={name} url={row.contact.avatar_url} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <bdi className={cx('min-w-0 truncate', unread ? 'font-semibold' : 'font-medium')}>
              {name}
            </bdi>
            <RelativeTime
              iso={row.last_activity_at}
              className="tabular ms-auto shrink-0 text-chip text-muted"
            />
          </span>
          <Preview row={row} draft={draft} strong={unread} />
          <span className="mt-auto flex h-[18px] items-center gap-1.5 text-[11px] text-muted leading-none">
            {inboxName && <bdi className="max-w-28 truncate">{inboxName}</bdi>}
            {row.status !== 'open' && (
              <span
                className="inline-flex items-center gap-1 rounded-sm bg-hover px-1.5 py-0.5 font-medium group-hover:bg-surface"
                title={row.snoozed_until ? absolute(row.snoozed_until, i18n.language) : undefined}
              >
                {row.status === 'snoozed' && <Clock aria-hidden="true" size={10} />}
                {t(`status.${row.status}`)}
              </span>
            )}
            {PriorityIcon && (
              <PriorityIcon
                aria-hidden="true"
                size={13}
                className={
                  row.priority === 'urgent'
                    ? 'text-danger'
                    : row.priority === 'high'
                      ? 'text-warn'
                      : ''
                }
              />
            )}
            {shownLabels.map((label) => (
              <bdi
                key={label}
                className="max-w-20 truncate rounded-sm border border-border px-1 py-px"
              >
                {label}
              </bdi>
            ))}
            {row.labels.length > shownLabels.length && (
              <span dir="ltr">+{row.labels.length - shownLabels.length}</span>
            )}
            <span className="ms-auto flex items-center gap-1.5">
              {assignee && (
                <Avatar id={assignee.id} name={assignee.name} url={assignee.avatarUrl} size="xs" />
              )}
              {unread && (
                <span className="tabular inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full bg-accent px-1.5 font-semibold text-on-accent">
                  {cappedCount(row.unread_count)}
                </span>
              )}
            </span>
          </span>
        </span>
      </span>
    </Link>
  );
});

function Preview({
  row,
  draft,
  strong,
}: {
  row: Conversation;
  draft: string | null;
  strong: boolean;
}) {
  const { t } = useTranslation();
  const { preview } = row;
  if (draft) {
    return (
      <span className="flex min-w-0 items-center gap-1 text-meta">
        <Pencil aria-hidden="true" size={12} className="shrink-0 text-accent" />
        <span className="shrink-0 font-medium text-accent">{t('list.draft')}</span>
        <bdi className="min-w-0 truncate text-muted">{draft}</bdi>
      </span>
    );
  }
  if (!preview) return <span className="text-meta text-muted">{t('list.noMessages')}</span>;
  return (
    <span
      className={cx(
        'flex min-w-0 items-center gap-1 text-meta',
        strong ? 'text-text' : 'text-muted',
      )}
    >
      {preview.private && (
        <Lock aria-hidden="true" size={12} className="shrink-0 text-note-strong" />
      )}
      {!preview.private && preview.message_type === 'outgoing' && (
        <CornerUpLeft aria-hidden="true" size={12} className="mirror shrink-0" />
      )}
      <bdi className="min-w-0 truncate">
        {preview.private && preview.sender_name ? `${preview.sender_name}: ` : ''}
        {preview.content}
      </bdi>
    </span>
  );
}
