import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import {
  Inbox as InboxIcon,
  Layers,
  type LucideIcon,
  MessageCircle,
  PanelLeft,
  Plug,
  Settings,
  UserRound,
  UserRoundX,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '@/components/cx';
import { views } from '@/config/paths';
import type { Account } from '@/features/accounts/api';
import { membersQuery } from '@/features/accounts/api';
import { countsQuery } from '@/features/conversations/api';
import { inboxesQuery } from '@/features/inboxes/api';
import { cappedCount } from '@/lib/format';
import type { Session } from '@/lib/session';
import { AccountMenu } from './account-menu';
import { SyncPill } from './sync-pill';
import { UserMenu } from './user-menu';

interface ShellProps {
  accountId: string;
  session: Session;
  accounts: Account[];
  children: ReactNode;
}

const viewIcons: Record<(typeof views)[number], LucideIcon> = {
  mine: UserRound,
  unassigned: UserRoundX,
  all: Layers,
};

/** Rail, navigation and panes. On a phone the rail becomes a bar at the bottom. */
export function Shell({ accountId, session, accounts, children }: ShellProps) {
  const { t } = useTranslation();
  const { displayId, _splat: settingsPage } = useParams({ strict: false });
  const inSettings = settingsPage !== undefined;
  const [navOpen, setNavOpen] = useState(() => localStorage.getItem('supadesk:nav') !== 'closed');
  const { data: members } = useQuery(membersQuery(accountId));
  const me = members?.find((member) => member.id === session.user.id);
  const account = accounts.find((each) => each.id === accountId);
  const user = {
    id: session.user.id,
    name: me?.name ?? session.user.email,
    email: session.user.email,
    avatarUrl: me?.avatarUrl ?? null,
  };

  function toggleNav(): void {
    setNavOpen(!navOpen);
    localStorage.setItem('supadesk:nav', navOpen ? 'closed' : 'open');
  }

  const railButton =
    'flex size-10 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  return (
    <div className="flex h-full">
      <a
        href={displayId === undefined ? '#list' : '#conversation'}
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-50 focus:rounded-md focus:bg-raised focus:px-4 focus:py-2 focus:shadow-float"
      >
        {t('nav.skip')}
      </a>
      <nav
        aria-label={t('nav.main')}
        className={cx(
          'z-10 flex shrink-0 items-center gap-1 border-border bg-bg',
          'sm:w-14 sm:flex-col sm:border-e sm:py-3',
          'max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:h-14 max-sm:justify-around max-sm:border-t max-sm:bg-surface max-sm:pb-[env(safe-area-inset-bottom)]',
          displayId !== undefined && 'max-sm:hidden',
        )}
      >
        <AccountMenu account={account ?? null} accounts={accounts} />
        <Link
          to="/a/$accountId/inbox/$view"
          params={{ accountId, view: 'mine' }}
          aria-label={t('nav.conversations')}
          title={t('nav.conversations')}
          className={cx(
            railButton,
            'sm:mt-3',
            !inSettings && 'bg-selected text-accent hover:text-accent',
          )}
        >
          <InboxIcon aria-hidden="true" size={19} />
        </Link>
        <Link
          to="/a/$accountId/settings/$"
          params={{ accountId, _splat: '' }}
          aria-label={t('nav.settings')}
          title={t('nav.settings')}
          className={cx(railButton, inSettings && 'bg-selected text-accent hover:text-accent')}
        >
          <Settings aria-hidden="true" size={18} />
        </Link>
        <button
          type="button"
          aria-pressed={navOpen}
          aria-label={t('nav.toggle')}
          title={t('nav.toggle')}
          onClick={toggleNav}
          className={cx(railButton, 'max-xl:hidden')}
        >
          <PanelLeft aria-hidden="true" size={18} className="mirror" />
        </button>
        <div className={cx('max-sm:hidden sm:mt-auto', navOpen && 'xl:hidden')}>
          <SyncPill userId={session.user.id} variant="dot" />
        </div>
        <div className={cx(navOpen && 'xl:mt-auto')}>
          <UserMenu user={user} />
        </div>
      </nav>
      {navOpen && !inSettings && (
        <Navigation
          accountId={accountId}
          accountName={account?.name ?? ''}
          userId={session.user.id}
        />
      )}
      <main
        className={cx('flex min-h-0 min-w-0 flex-1', displayId === undefined && 'max-sm:pb-14')}
      >
        <h1 className="sr-only">{account ? `Supadesk · ${account.name}` : 'Supadesk'}</h1>
        {children}
      </main>
      <div
        className={cx(
          'fixed end-3 z-10 sm:hidden',
          displayId === undefined ? 'bottom-[68px]' : 'hidden',
        )}
      >
        <SyncPill userId={session.user.id} variant="floating" />
      </div>
    </div>
  );
}

function Navigation({
  accountId,
  accountName,
  userId,
}: {
  accountId: string;
  accountName: string;
  userId: string;
}) {
  const { t } = useTranslation();
  const { view } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const { data: inboxes } = useQuery(inboxesQuery(accountId));
  const { data: counts } = useQuery(countsQuery(accountId, { status: 'open', inboxId: null }));
  const item = (active: boolean) =>
    cx(
      'flex h-8 items-center gap-2.5 rounded-md px-2.5 text-meta',
      active ? 'bg-selected font-semibold text-text' : 'text-muted hover:bg-hover hover:text-text',
    );
  return (
    <nav
      aria-label={t('nav.views')}
      className="flex w-[216px] shrink-0 flex-col border-border border-e bg-bg max-xl:hidden"
    >
      <p className="flex h-12 items-center truncate px-5 font-semibold">
        <bdi className="truncate">{accountName}</bdi>
      </p>
      <ul className="space-y-0.5 px-2.5">
        {views.map((each) => {
          const Icon = viewIcons[each];
          const active = view === each && !search.inbox;
          return (
            <li key={each}>
              <Link
                to="/a/$accountId/inbox/$view"
                params={{ accountId, view: each }}
                activeOptions={{ exact: true }}
                aria-current={active ? 'page' : undefined}
                className={item(active)}
              >
                <Icon aria-hidden="true" size={16} className="shrink-0" />
                {t(`view.${each}`)}
                {counts && (
                  <span className="tabular ms-auto font-normal text-chip text-muted">
                    {cappedCount(counts[each])}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      {inboxes && inboxes.length > 0 && (
        <>
          <h2 className="mt-6 mb-1.5 px-5 font-medium text-chip text-muted">{t('nav.inboxes')}</h2>
          <ul className="min-h-0 space-y-0.5 overflow-y-auto px-2.5">
            {inboxes.map((inbox) => {
              const active = search.inbox === inbox.id;
              const Icon = inbox.channel_type === 'web_widget' ? MessageCircle : Plug;
              return (
                <li key={inbox.id}>
                  <Link
                    to="/a/$accountId/inbox/$view"
                    params={{ accountId, view: 'all' }}
                    search={{ inbox: inbox.id }}
                    activeOptions={{ exact: true }}
                    aria-current={active ? 'page' : undefined}
                    className={item(active)}
                  >
                    <Icon aria-hidden="true" size={16} className="shrink-0" />
                    <bdi className="truncate">{inbox.name}</bdi>
                  </Link>
                </li>
              );
            })}
          </ul>
        </>
      )}
      <div className="mt-auto p-2.5">
        <SyncPill userId={userId} />
      </div>
    </nav>
  );
}
