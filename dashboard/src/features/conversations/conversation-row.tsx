import { Check, Clock, CornerUpLeft, Lock, Pencil, UserRoundPlus } from 'lucide-react';
import { type MouseEvent, memo } from 'react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { LabelChip } from '@/components/label-chip';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import { contactName } from '@/lib/contact-name';
import { absolute, cappedCount, shortRelative } from '@/lib/format';
import { asPlainText } from '@/lib/links';
import type { Conversation } from '@/types/conversation';
import { PriorityIcon } from './priority-icon';

export interface RowPerson {
  id: string;
  name: string;
  avatarUrl: string | null;
}

/** What a row can do; one object for all rows, so that rows are only drawn again when they change. */
export interface RowActions {
  open: (row: Conversation) => void;
  /** The pointer or the focus came near: whatever opening needs can be fetched. */
  approach: (row: Conversation) => void;
  select: (row: Conversation, range: boolean) => void;
  assignToMe: (row: Conversation) => void;
  resolve: (row: Conversation) => void;
}

interface RowProps {
  row: Conversation;
  href: string;
  open: boolean;
  focusable: boolean;
  selected: boolean;
  /** Something is selected, so every row offers its box. */
  selecting: boolean;
  userId: string;
  assignee: RowPerson | null;
  inboxName: string | null;
  labelColors: ReadonlyMap<string, string>;
  draft: string | null;
  actions: RowActions;
}

/** One conversation in the list: a link whose name says everything its looks say. */
export const ConversationRow = memo(function ConversationRow({
  row,
  href,
  open,
  focusable,
  selected,
  selecting,
  userId,
  assignee,
  inboxName,
  labelColors,
  draft,
  actions,
}: RowProps) {
  const { t, i18n } = useTranslation();
  const name = contactName(row.contact, t('contact.visitor'));
  const unread = row.unread_count > 0;
  const shownLabels = row.labels.slice(0, 2);
  const active = row.status === 'open' || row.status === 'pending';

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
    ...row.labels,
  ]
    .filter(Boolean)
    .join(', ');

  function onClick(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    if (event.shiftKey) actions.select(row, true);
    else actions.open(row);
  }

  const quick =
    'flex size-7 items-center justify-center rounded-md text-muted hover:bg-border hover:text-text';
  return (
    <div className="group relative mx-2">
      <a
        href={href}
        data-row={row.id}
        tabIndex={focusable ? 0 : -1}
        aria-current={open ? 'true' : undefined}
        onClick={onClick}
        onPointerEnter={() => actions.approach(row)}
        onFocus={() => actions.approach(row)}
        className={cx(
          'relative block h-[76px] rounded-md px-2.5 py-2 -outline-offset-2',
          open || selected ? 'bg-selected' : 'group-hover:bg-hover',
        )}
      >
        <span className="sr-only">{description}</span>
        <span aria-hidden="true" className="flex h-full gap-3">
          {unread && (
            <span className="absolute start-0 top-1/2 h-6 w-[3px] -translate-y-1/2 rounded-full bg-accent" />
          )}
          <span className={cx(selecting || selected ? 'invisible' : 'sm:group-hover:invisible')}>
            <Avatar id={row.contact.id} name={name} url={row.contact.avatar_url} />
          </span>
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
                  className="inline-flex shrink-0 items-center gap-1 rounded-sm bg-hover px-1.5 py-0.5 font-medium group-hover:bg-surface"
                  title={row.snoozed_until ? absolute(row.snoozed_until, i18n.language) : undefined}
                >
                  {row.status === 'snoozed' && <Clock size={10} />}
                  {t(`status.${row.status}`)}
                </span>
              )}
              {row.priority && (
                <span title={t(`priority.${row.priority}`)}>
                  <PriorityIcon priority={row.priority} size={13} />
                </span>
              )}
              {shownLabels.map((label) => (
                <LabelChip key={label} title={label} color={labelColors.get(label)} small />
              ))}
              {row.labels.length > shownLabels.length && (
                <span dir="ltr">+{row.labels.length - shownLabels.length}</span>
              )}
              <span className="ms-auto flex shrink-0 items-center gap-1.5">
                {assignee && (
                  <Avatar
                    id={assignee.id}
                    name={assignee.name}
                    url={assignee.avatarUrl}
                    size="xs"
                  />
                )}
                {unread && (
                  <span className="tabular inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full bg-accent px-1.5 font-semibold text-on-accent">
                    {cappedCount(row.unread_count, 9)}
                  </span>
                )}
              </span>
            </span>
          </span>
        </span>
      </a>
      <label
        className={cx(
          'absolute start-1.5 top-1 flex size-10 items-center justify-center',
          selecting || selected
            ? ''
            : 'opacity-0 focus-within:opacity-100 max-sm:hidden sm:group-hover:opacity-100',
        )}
      >
        <input
          type="checkbox"
          tabIndex={selecting ? 0 : -1}
          checked={selected}
          aria-label={t('list.select', { name, id: row.display_id })}
          onChange={() => {}}
          onClick={(event) => actions.select(row, event.shiftKey)}
          className="size-4 accent-accent"
        />
      </label>
      {!selecting && (
        // The same is on the keyboard and in the conversation; these are for the pointer passing by.
        <span
          className={cx(
            'absolute end-1.5 bottom-1.5 hidden gap-0.5 rounded-md ps-2 sm:group-hover:flex',
            open ? 'bg-selected' : 'bg-hover',
          )}
        >
          {row.assignee_id !== userId && (
            <button
              type="button"
              tabIndex={-1}
              title={t('command.assignMe')}
              aria-label={t('command.assignMe')}
              onClick={() => actions.assignToMe(row)}
              className={quick}
            >
              <UserRoundPlus aria-hidden="true" size={15} />
            </button>
          )}
          {active && (
            <button
              type="button"
              tabIndex={-1}
              title={t('thread.resolve')}
              aria-label={t('list.resolve', { id: row.display_id })}
              onClick={() => actions.resolve(row)}
              className={quick}
            >
              <Check aria-hidden="true" size={15} />
            </button>
          )}
        </span>
      )}
    </div>
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
        {asPlainText(preview.content ?? '') || t('message.attachment')}
      </bdi>
    </span>
  );
}
