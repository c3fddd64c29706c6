import { useQuery } from '@tanstack/react-query';
import { Link, useMatchRoute, useNavigate, useParams } from '@tanstack/react-router';
import { ContactRound, Inbox as InboxIcon, PanelLeft, Settings } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { cx } from '@/components/cx';
import type { Account } from '@/features/accounts/api';
import { membersQuery } from '@/features/accounts/api';
import { Bell } from '@/features/notifications/bell';
import { useTranslation } from '@/i18n';
import type { Session } from '@/lib/session';
import { AccountMenu } from './account-menu';
import { Navigation } from './navigation';
import { SyncPill } from './sync-pill';
import { UserMenu } from './user-menu';

interface ShellProps {
  accountId: string;
  session: Session;
  accounts: Account[];
  children: ReactNode;
}

/** Rail, navigation and panes. On a phone the rail becomes a bar at the bottom. */
export function Shell({ accountId, session, accounts, children }: ShellProps) {
  const { t } = useTranslation();
  const { displayId, _splat: settingsPage } = useParams({ strict: false });
  const inSettings = settingsPage !== undefined;
  const inContacts = useMatchRoute()({ to: '/a/$accountId/contacts' }) !== false;
  const inInbox = !inSettings && !inContacts;
  const navigate = useNavigate();
  /** On a screen too narrow for it, the navigation comes and goes over the list. */
  const [drawer, setDrawer] = useState(false);
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
    if (!matchMedia('(min-width: 80rem)').matches) {
      setDrawer(!drawer);
      return;
    }
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
            inInbox && 'bg-selected text-accent hover:text-accent',
          )}
        >
          <InboxIcon aria-hidden="true" size={19} />
        </Link>
        <Link
          to="/a/$accountId/contacts"
          params={{ accountId }}
          aria-label={t('nav.contacts')}
          title={t('nav.contacts')}
          className={cx(railButton, inContacts && 'bg-selected text-accent hover:text-accent')}
        >
          <ContactRound aria-hidden="true" size={19} />
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
          aria-pressed={navOpen || drawer}
          aria-label={t('nav.toggle')}
          title={t('nav.toggle')}
          onClick={toggleNav}
          className={railButton}
        >
          <PanelLeft aria-hidden="true" size={18} className="mirror" />
        </button>
        <Bell
          accountId={accountId}
          className={railButton}
          onOpen={(id, message) =>
            void navigate({
              to: '/a/$accountId/inbox/$view/$displayId',
              params: { accountId, view: 'all', displayId: String(id) },
              search: { message: message ?? undefined },
            })
          }
        />
        <div className={cx('max-sm:hidden sm:mt-auto', navOpen && inInbox && 'xl:hidden')}>
          <SyncPill userId={session.user.id} variant="dot" />
        </div>
        <div className={cx(navOpen && inInbox && 'xl:mt-auto')}>
          <UserMenu
            accountId={accountId}
            user={user}
            availability={me?.availability ?? 'offline'}
          />
        </div>
      </nav>
      {drawer && (
        <button
          type="button"
          aria-label={t('common.close')}
          onClick={() => setDrawer(false)}
          className="fixed inset-0 z-20 bg-[oklch(0.15_0.01_200/0.4)] xl:hidden"
        />
      )}
      {(drawer || (navOpen && inInbox)) && (
        <Navigation
          accountId={accountId}
          accountName={account?.name ?? ''}
          userId={session.user.id}
          drawer={drawer}
          onChosen={() => setDrawer(false)}
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
