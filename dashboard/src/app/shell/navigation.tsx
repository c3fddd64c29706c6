import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import {
  AtSign,
  Eye,
  Hourglass,
  Layers,
  type LucideIcon,
  MessageCircle,
  Plug,
  UserRound,
  UserRoundX,
  Users,
} from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { cx } from '@/components/cx';
import { LabelDot } from '@/components/label-chip';
import { isTab, type View, views } from '@/config/paths';
import { countsQuery, everythingOpen } from '@/features/conversations/api';
import { inboxesQuery } from '@/features/inboxes/api';
import { labelsQuery } from '@/features/labels/api';
import { teamsQuery } from '@/features/teams/api';
import { useTranslation } from '@/i18n';
import { cappedCount } from '@/lib/format';
import { lazily } from '@/lib/parts';
import { SyncPill } from './sync-pill';

const SavedViews = lazily(() => import('./saved-views'));

const viewIcons: Record<View, LucideIcon> = {
  mine: UserRound,
  unassigned: UserRoundX,
  all: Layers,
  mentions: AtSign,
  participating: Eye,
  unattended: Hourglass,
};

interface NavigationProps {
  accountId: string;
  accountName: string;
  userId: string;
  /** Over the list instead of beside it, where there is no room. */
  drawer: boolean;
  onChosen: () => void;
}

/** Every list there is: one's own, then teams, labels and inboxes. */
export function Navigation({ accountId, accountName, userId, drawer, onChosen }: NavigationProps) {
  const { t } = useTranslation();
  const { view } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const { data: inboxes } = useQuery(inboxesQuery(accountId));
  const { data: teams } = useQuery(teamsQuery(accountId));
  const { data: labels } = useQuery(labelsQuery(accountId));
  const { data: counts } = useQuery(countsQuery(accountId, everythingOpen));
  const narrowed =
    search.inbox || search.team || search.label?.length || search.saved || search.where;
  const pinned = labels?.filter((label) => label.show_on_sidebar) ?? [];

  const item = (
    key: string,
    active: boolean,
    icon: ReactNode,
    label: string,
    to: {
      view: View;
      search?: { team?: string; label?: string[]; inbox?: string; saved?: string };
    },
    count?: number,
  ) => (
    <li key={key}>
      <Link
        to="/a/$accountId/inbox/$view"
        params={{ accountId, view: to.view }}
        search={to.search ?? {}}
        activeOptions={{ exact: true }}
        aria-current={active ? 'page' : undefined}
        onClick={onChosen}
        className={cx(
          'flex h-8 items-center gap-2.5 rounded-md px-2.5 text-meta',
          active
            ? 'bg-selected font-semibold text-text'
            : 'text-muted hover:bg-hover hover:text-text',
        )}
      >
        <span className="flex size-4 shrink-0 items-center justify-center">{icon}</span>
        <bdi className="min-w-0 truncate">{label}</bdi>
        {count !== undefined && (
          <span className="tabular ms-auto font-normal text-chip text-muted">
            {cappedCount(count)}
          </span>
        )}
      </Link>
    </li>
  );
  const icon = (Icon: LucideIcon) => <Icon aria-hidden="true" size={16} />;

  return (
    <nav
      aria-label={t('nav.views')}
      className={cx(
        'flex w-[216px] shrink-0 flex-col border-border border-e bg-bg',
        drawer
          ? 'max-xl:fixed max-xl:inset-y-0 max-xl:start-0 max-xl:z-30 max-xl:w-64 max-xl:animate-[appear_120ms] max-xl:shadow-float'
          : 'max-xl:hidden',
      )}
    >
      <p className="flex h-12 shrink-0 items-center truncate px-5 font-semibold">
        <bdi className="truncate">{accountName}</bdi>
      </p>
      <div className="min-h-0 flex-1 overflow-y-auto pb-3">
        <ul className="space-y-0.5 px-2.5">
          {views.map((each) =>
            item(
              each,
              view === each && !narrowed,
              icon(viewIcons[each]),
              t(`view.${each}`),
              { view: each },
              isTab(each) ? counts?.[each] : undefined,
            ),
          )}
        </ul>
        <Suspense>
          <SavedViews accountId={accountId}>
            {(saved) => (
              <Group title={t('nav.saved')}>
                {saved.map((each) =>
                  item(
                    each.id,
                    search.saved === each.id,
                    each.icon,
                    each.name,
                    { view: 'all', search: { saved: each.id } },
                    each.count,
                  ),
                )}
              </Group>
            )}
          </SavedViews>
        </Suspense>
        {teams && teams.length > 0 && (
          <Group title={t('nav.teams')}>
            {teams.map((team) =>
              item(team.id, search.team === team.id, icon(Users), team.name, {
                view: 'all',
                search: { team: team.id },
              }),
            )}
          </Group>
        )}
        {pinned.length > 0 && (
          <Group title={t('nav.labels')}>
            {pinned.map((label) =>
              item(
                label.id,
                search.label?.length === 1 && search.label[0] === label.title,
                <LabelDot color={label.color} />,
                label.title,
                { view: 'all', search: { label: [label.title] } },
              ),
            )}
          </Group>
        )}
        {inboxes && inboxes.length > 0 && (
          <Group title={t('nav.inboxes')}>
            {inboxes.map((inbox) =>
              item(
                inbox.id,
                search.inbox === inbox.id,
                icon(inbox.channel_type === 'web_widget' ? MessageCircle : Plug),
                inbox.name,
                { view: 'all', search: { inbox: inbox.id } },
              ),
            )}
          </Group>
        )}
      </div>
      <div className="shrink-0 p-2.5">
        <SyncPill userId={userId} />
      </div>
    </nav>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h2 className="mt-5 mb-1 px-5 font-medium text-chip text-muted">{title}</h2>
      <ul className="space-y-0.5 px-2.5">{children}</ul>
    </>
  );
}
