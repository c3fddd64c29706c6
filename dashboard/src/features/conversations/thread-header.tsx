import { Link } from '@tanstack/react-router';
import {
  AlarmClock,
  ArrowLeft,
  Check,
  ChevronDown,
  Ellipsis,
  Link as LinkIcon,
  MailOpen,
  PanelRight,
  RotateCcw,
  UserRound,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Menu } from '@/components/menu';
import { useTranslation } from '@/i18n';
import { absolute } from '@/lib/format';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import type { RowPerson } from './conversation-row';
import { snoozeTimes } from './snooze-times';
import { StatusChip } from './status-chip';
import type { ConversationActions } from './use-conversation-actions';

interface ThreadHeaderProps {
  row: Conversation;
  userId: string;
  people: RowPerson[];
  actions: ConversationActions;
  panelOpen: boolean;
  onTogglePanel: () => void;
  /** Who else is here. */
  children: ReactNode;
}

export function ThreadHeader({
  row,
  userId,
  people,
  actions,
  panelOpen,
  onTogglePanel,
  children,
}: ThreadHeaderProps) {
  const { t, i18n } = useTranslation();
  const name =
    row.contact.name || row.contact.email || row.contact.phone_number || t('contact.visitor');
  const assignee = people.find((person) => person.id === row.assignee_id) ?? null;
  const iconButton =
    'flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  const open = row.status === 'open' || row.status === 'pending';
  const weekday = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });

  const snoozing: MenuGroup = {
    label: t('thread.snoozeUntil'),
    entries: snoozeTimes().map(({ id, at }) => ({
      id,
      label: t(`snooze.${id}`),
      hint: weekday.format(at),
      onSelect: () => actions.changeStatus(row, 'snoozed', at.toISOString()),
    })),
  };

  async function copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      showToast(t('thread.linkCopied'));
    } catch {
      showToast(t('thread.linkNotCopied'), { tone: 'danger' });
    }
  }

  return (
    <header className="@container shrink-0 border-border border-b bg-surface">
      <div className="flex h-14 items-center gap-1.5 px-2 @lg:px-4">
        <Link
          from="/a/$accountId/inbox/$view/$displayId"
          to="/a/$accountId/inbox/$view"
          search={(search) => search}
          aria-label={t('thread.back')}
          className={`${iconButton} lg:hidden`}
        >
          <ArrowLeft aria-hidden="true" size={18} className="mirror" />
        </Link>
        <h2 className="ms-1 min-w-16 truncate font-semibold text-[0.9375rem]">
          <bdi>{name}</bdi>
        </h2>
        <button
          type="button"
          dir="ltr"
          onClick={() => void copyLink()}
          title={t('thread.copyLink')}
          aria-label={t('thread.copyLinkOf', { id: row.display_id })}
          className="tabular h-6 shrink-0 @max-sm:hidden rounded-sm px-1 text-meta text-muted hover:bg-hover"
        >
          #{row.display_id}
        </button>
        <span
          className="@max-2xl:hidden"
          title={row.snoozed_until ? absolute(row.snoozed_until, i18n.language) : undefined}
        >
          <StatusChip status={row.status} />
        </span>
        <div className="ms-auto flex shrink-0 items-center gap-0.5">
          <Menu
            id="assignee-menu"
            label={t('thread.assigneeLabel', { name: assignee?.name ?? t('list.unassigned') })}
            className="flex h-8 max-w-40 items-center gap-2 rounded-md px-2 text-meta hover:bg-hover"
            align="end"
            trigger={
              <>
                {assignee ? (
                  <Avatar
                    id={assignee.id}
                    name={assignee.name}
                    url={assignee.avatarUrl}
                    size="xs"
                  />
                ) : (
                  <UserRound aria-hidden="true" size={16} className="text-muted" />
                )}
                <span dir="auto" className="min-w-0 truncate @max-2xl:hidden">
                  {assignee?.name ?? t('thread.assign')}
                </span>
                <ChevronDown
                  aria-hidden="true"
                  size={13}
                  className="shrink-0 text-muted @max-sm:hidden"
                />
              </>
            }
            groups={[
              {
                label: t('thread.assignee'),
                entries: [
                  {
                    id: 'nobody',
                    label: t('list.unassigned'),
                    icon: <UserRound aria-hidden="true" size={15} />,
                    checked: row.assignee_id === null,
                    onSelect: () => actions.changeAssignee(row, null, null),
                  },
                  ...people.map((person) => ({
                    id: person.id,
                    label:
                      person.id === userId ? t('thread.you', { name: person.name }) : person.name,
                    icon: (
                      <Avatar id={person.id} name={person.name} url={person.avatarUrl} size="xs" />
                    ),
                    checked: row.assignee_id === person.id,
                    onSelect: () => actions.changeAssignee(row, person.id, person.name),
                  })),
                ],
              },
            ]}
          />
          {open && (
            <span className="@max-sm:hidden">
              <Menu
                label={t('thread.snooze')}
                className={iconButton}
                align="end"
                trigger={<AlarmClock aria-hidden="true" size={17} />}
                groups={[snoozing]}
              />
            </span>
          )}
          <Menu
            label={t('thread.more')}
            className={iconButton}
            align="end"
            trigger={<Ellipsis aria-hidden="true" size={17} />}
            groups={[
              {
                entries: [
                  {
                    id: 'copy-link',
                    label: t('thread.copyLink'),
                    icon: <LinkIcon aria-hidden="true" size={15} />,
                    onSelect: () => void copyLink(),
                  },
                  {
                    id: 'unread',
                    label: t('thread.markUnread'),
                    icon: <MailOpen aria-hidden="true" size={15} />,
                    onSelect: () => actions.makeUnread(row),
                  },
                  ...(row.status !== 'pending'
                    ? [
                        {
                          id: 'pending',
                          label: t('thread.markPending'),
                          icon: <AlarmClock aria-hidden="true" size={15} />,
                          onSelect: () => actions.changeStatus(row, 'pending'),
                        },
                      ]
                    : []),
                ],
              },
              // Where the screen is too narrow for its own button, this is the way to it.
              ...(open ? [snoozing] : []),
            ]}
          />
          <button
            type="button"
            aria-label={t('thread.details')}
            title={t('thread.details')}
            aria-pressed={panelOpen}
            onClick={onTogglePanel}
            className={iconButton}
          >
            <PanelRight aria-hidden="true" size={17} className="mirror" />
          </button>
          {open ? (
            <Button
              look="primary"
              className="ms-1"
              aria-keyshortcuts="e"
              onClick={() => actions.changeStatus(row, 'resolved')}
            >
              <Check aria-hidden="true" size={15} />
              <span className="@max-md:sr-only">{t('thread.resolve')}</span>
            </Button>
          ) : (
            <Button
              className="ms-1"
              aria-keyshortcuts="Shift+O"
              onClick={() => actions.changeStatus(row, 'open')}
            >
              <RotateCcw aria-hidden="true" size={14} />
              <span className="@max-md:sr-only">{t('thread.reopen')}</span>
            </Button>
          )}
        </div>
      </div>
      {children}
    </header>
  );
}
