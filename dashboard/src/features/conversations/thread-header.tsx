import { Link } from '@tanstack/react-router';
import {
  AlarmClock,
  ArrowLeft,
  Bell,
  BellOff,
  Check,
  ChevronDown,
  Ellipsis,
  Hourglass,
  Link2,
  MailOpen,
  MessageSquareOff,
  PanelRight,
  RotateCcw,
  Trash2,
  UserRound,
} from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Menu, type MenuEntry } from '@/components/menu';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import { contactName } from '@/lib/contact-name';
import { absolute } from '@/lib/format';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import type { RowPerson } from './conversation-row';
import { AssigneePicker, SnoozePicker } from './pickers';
import { snoozeTimes } from './snooze-times';
import { StatusChip } from './status-chip';
import type { ConversationActions } from './use-conversation-actions';

const ConfirmDialog = lazily(() => import('@/components/confirm-dialog'));

interface ThreadHeaderProps {
  row: Conversation;
  userId: string;
  isAdministrator: boolean;
  people: RowPerson[];
  actions: ConversationActions;
  /** Undefined until it is known whether this agent follows the conversation. */
  following: boolean | undefined;
  onFollow: (following: boolean) => void;
  panelOpen: boolean;
  onTogglePanel: () => void;
  onResolveAndNext: () => void;
  onDeleted: () => void;
  /** Who else is here. */
  children: ReactNode;
}

export function ThreadHeader({
  row,
  userId,
  isAdministrator,
  people,
  actions,
  following,
  onFollow,
  panelOpen,
  onTogglePanel,
  onResolveAndNext,
  onDeleted,
  children,
}: ThreadHeaderProps) {
  const { t, i18n } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  const name = contactName(row.contact, t('contact.visitor'));
  const assignee = people.find((person) => person.id === row.assignee_id) ?? null;
  const iconButton =
    'flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  const open = row.status === 'open' || row.status === 'pending';
  const muted = row.contact.blocked === true;
  const narrow = matchMedia('(max-width: 24rem)').matches;

  async function copyLink(): Promise<void> {
    try {
      const address = new URL(location.href);
      address.search = '';
      await navigator.clipboard.writeText(address.href);
      showToast(t('thread.linkCopied'));
    } catch {
      showToast(t('thread.linkNotCopied'), { tone: 'danger' });
    }
  }

  const icon = (Icon: typeof Bell) => <Icon aria-hidden="true" size={15} />;
  const more: (MenuEntry | false)[] = [
    {
      id: 'unread',
      label: t('thread.markUnread'),
      icon: icon(MailOpen),
      hint: '⇧ U',
      onSelect: () => actions.makeUnread(row),
    },
    row.status !== 'pending' && {
      id: 'pending',
      label: t('thread.markPending'),
      icon: icon(Hourglass),
      onSelect: () => actions.changeStatus(row, 'pending'),
    },
    {
      id: 'link',
      label: t('thread.copyLink'),
      icon: icon(Link2),
      onSelect: () => void copyLink(),
    },
    following !== undefined && {
      id: 'follow',
      label: t(following ? 'thread.unfollow' : 'thread.follow'),
      icon: icon(following ? BellOff : Bell),
      onSelect: () => onFollow(!following),
    },
  ];
  const grave: (MenuEntry | false)[] = [
    {
      id: 'mute',
      label: t(muted ? 'thread.unmute' : 'thread.mute'),
      icon: icon(MessageSquareOff),
      onSelect: () => actions.mute(row, !muted),
    },
    isAdministrator && {
      id: 'delete',
      label: t('thread.delete'),
      icon: icon(Trash2),
      onSelect: () => setDeleting(true),
    },
  ];
  const entries = (list: (MenuEntry | false)[]) =>
    list.filter((entry): entry is MenuEntry => entry !== false);

  return (
    <header className="@container shrink-0 border-border border-b bg-surface">
      <div className="flex h-14 items-center gap-1 px-1.5 @lg:gap-1.5 @lg:px-4">
        <Link
          from="/a/$accountId/inbox/$view/$displayId"
          to="/a/$accountId/inbox/$view"
          search={({ message: _message, ...search }) => search}
          aria-label={t('thread.back')}
          className={`${iconButton} lg:hidden`}
        >
          <ArrowLeft aria-hidden="true" size={18} className="mirror" />
        </Link>
        <h2 className="ms-1 min-w-8 truncate font-semibold text-[0.9375rem]">
          <bdi>{name}</bdi>
        </h2>
        <button
          type="button"
          dir="ltr"
          onClick={() => void copyLink()}
          title={t('thread.copyLink')}
          aria-label={t('thread.copyLinkOf', { id: row.display_id })}
          className="tabular h-6 shrink-0 rounded-sm px-1 text-meta text-muted hover:bg-hover @max-sm:hidden"
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
          <Popover
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
          >
            {(close) => (
              <AssigneePicker
                accountId={row.account_id}
                people={people}
                userId={userId}
                value={row.assignee_id}
                onPick={(person) => {
                  close();
                  actions.changeAssignee(row, person);
                }}
              />
            )}
          </Popover>
          {open && !narrow && (
            <Popover
              id="snooze-menu"
              label={t('thread.snooze')}
              className={iconButton}
              align="end"
              trigger={<AlarmClock aria-hidden="true" size={17} />}
            >
              {(close) => (
                <SnoozePicker
                  onPick={(until) => {
                    close();
                    actions.changeStatus(row, 'snoozed', until);
                  }}
                />
              )}
            </Popover>
          )}
          <Menu
            label={t('thread.more')}
            className={iconButton}
            align="end"
            trigger={<Ellipsis aria-hidden="true" size={17} />}
            groups={[
              { entries: entries(more) },
              // Where the screen is too narrow for its own button, this is the way to it.
              ...(open && narrow
                ? [
                    {
                      label: t('thread.snoozeUntil'),
                      entries: snoozeTimes().map(({ id, at }) => ({
                        id,
                        label: t(`snooze.${id}`),
                        onSelect: () => actions.changeStatus(row, 'snoozed', at.toISOString()),
                      })),
                    },
                  ]
                : []),
              { entries: entries(grave) },
            ]}
          />
          <button
            type="button"
            aria-label={t('thread.details')}
            title={t('thread.details')}
            aria-pressed={panelOpen}
            aria-keyshortcuts="]"
            onClick={onTogglePanel}
            className={iconButton}
          >
            <PanelRight aria-hidden="true" size={17} className="mirror" />
          </button>
          {open ? (
            <span className="ms-1 flex">
              <Button
                look="primary"
                className="rounded-e-none"
                aria-keyshortcuts="e"
                onClick={() => actions.changeStatus(row, 'resolved')}
              >
                <Check aria-hidden="true" size={15} />
                <span className="@max-md:sr-only">{t('thread.resolve')}</span>
              </Button>
              <Menu
                label={t('thread.resolveOptions')}
                align="end"
                className="ms-px flex h-7 w-6 items-center justify-center rounded-e-md bg-accent text-on-accent hover:bg-accent-strong @max-sm:hidden"
                trigger={<ChevronDown aria-hidden="true" size={13} />}
                groups={[
                  {
                    entries: [
                      {
                        id: 'next',
                        label: t('thread.resolveAndNext'),
                        hint: '⇧ E',
                        onSelect: onResolveAndNext,
                      },
                    ],
                  },
                ]}
              />
            </span>
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
      {deleting && (
        <Suspense>
          <ConfirmDialog
            title={t('thread.deleteTitle', { id: row.display_id })}
            text={t('thread.deleteText')}
            confirm={t('thread.delete')}
            onAnswer={(confirmed) => {
              setDeleting(false);
              if (confirmed) void actions.remove(row).then((done) => done && onDeleted());
            }}
          />
        </Suspense>
      )}
    </header>
  );
}
