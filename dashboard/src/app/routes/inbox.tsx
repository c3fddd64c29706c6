import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { isTab } from '@/config/paths';
import { membersQuery } from '@/features/accounts/api';
import { conversationQuery, type ListFilter, savedViewsQuery } from '@/features/conversations/api';
import { ConversationList } from '@/features/conversations/conversation-list';
import type { RowActions } from '@/features/conversations/conversation-row';
import { ListHeader } from '@/features/conversations/list-header';
import { nothingSelected, toggled } from '@/features/conversations/selection';
import { useConversationActions } from '@/features/conversations/use-conversation-actions';
import { inboxesQuery } from '@/features/inboxes/api';
import { labelsQuery } from '@/features/labels/api';
import { messagesQuery } from '@/features/messages/api';
import type { ComposerHandle } from '@/features/messages/composer';
import { teamsQuery } from '@/features/teams/api';
import { useTranslation } from '@/i18n';
import { lazily } from '@/lib/parts';
import type { Condition } from '@/types/condition';
import type { Conversation } from '@/types/conversation';
import { InboxContext, type InboxContextValue } from '../inbox-context';
import { useLive } from '../live';
import { openSearch } from '../shell/overlays';

// Shortcuts are nobody's first need; they arrive with the first idle moment.
const Shortcuts = lazily(() => import('../shell/shortcuts'));
const ListConditions = lazily(() => import('./list-conditions'));
const BulkBar = lazily(() => import('@/features/conversations/bulk-bar'));

const serverViews = {
  mentions: 'mention',
  participating: 'participating',
  unattended: 'unattended',
} as const;

/** The list, and beside it whatever conversation is open. */
export function InboxRoute() {
  const { t } = useTranslation();
  const { accountId, view } = useParams({ from: '/a/$accountId/inbox/$view' });
  const search = useSearch({ from: '/a/$accountId/inbox/$view' });
  const { displayId } = useParams({ strict: false });
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view' });
  const router = useRouter();
  const client = useQueryClient();
  const { cache, userId } = useLive();
  const actions = useConversationActions(cache);
  const { data: members } = useQuery(membersQuery(accountId));
  const { data: inboxes } = useQuery(inboxesQuery(accountId));
  const { data: teams } = useQuery(teamsQuery(accountId));
  const { data: labels } = useQuery(labelsQuery(accountId));
  const rows = useRef<Conversation[]>([]);
  const openRow = useRef<Conversation | null>(null);
  const composer = useRef<ComposerHandle | null>(null);
  const [panelOpen, setPanelOpen] = useState(() => matchMedia('(min-width: 80rem)').matches);
  const [selection, setSelection] = useState(nothingSelected);

  const { status, sort, inbox, team, label, priority, assignee, where, saved } = search;
  const { data: savedViews, isPending: viewsPending } = useQuery({
    ...savedViewsQuery(accountId),
    enabled: saved !== undefined,
  });
  const [building, setBuilding] = useState(false);
  const savedView = savedViews?.find((each) => each.id === saved) ?? null;
  const conditions = where ?? savedView?.conditions ?? null;
  const filter = useMemo<ListFilter>(
    () => ({
      tab: isTab(view) ? view : 'all',
      view: isTab(view) ? null : serverViews[view],
      status: status ?? 'open',
      sort: sort ?? 'newest',
      inboxId: inbox ?? null,
      teamId: team ?? null,
      labels: label ?? [],
      priority: priority ?? null,
      assigneeId: assignee ?? null,
      conditions,
    }),
    [view, status, sort, inbox, team, label, priority, assignee, conditions],
  );
  const filtered =
    !conditions &&
    (filter.status !== 'open' ||
      filter.labels.length > 0 ||
      [filter.inboxId, filter.teamId, filter.priority, filter.assigneeId].some(Boolean));
  const openDisplayId = displayId === undefined ? null : Number(displayId);

  // What was selected in one list means nothing in another.
  const filterKey = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for another list
  useEffect(() => setSelection(nothingSelected), [filterKey]);

  const people = useMemo(() => new Map(members?.map((member) => [member.id, member])), [members]);
  const inboxNames = useMemo(
    () => new Map(inboxes?.map((each) => [each.id, each.name])),
    [inboxes],
  );
  const labelColors = useMemo(
    () => new Map(labels?.map((each) => [each.title, each.color])),
    [labels],
  );
  const choices = useMemo(
    () => ({
      inboxes: inboxNames,
      teams: teams ?? [],
      people: members ?? [],
      labels: labels ?? [],
    }),
    [inboxNames, teams, members, labels],
  );
  const togglePanel = useCallback(() => setPanelOpen((open) => !open), []);
  const selectRow = useCallback((row: Conversation, range: boolean) => {
    setSelection((current) => toggled(current, rows.current, row.id, range));
  }, []);
  const openOne = useCallback(
    (row: Conversation) =>
      void navigate({
        to: '/a/$accountId/inbox/$view/$displayId',
        params: (params) => ({ ...params, displayId: String(row.display_id) }),
        search: ({ message: _message, ...current }) => current,
      }),
    [navigate],
  );
  const openNext = useCallback(
    (row: Conversation) => {
      const index = rows.current.findIndex((each) => each.id === row.id);
      const next = rows.current[index + 1] ?? rows.current[index - 1];
      if (next) openOne(next);
    },
    [openOne],
  );
  const shared = useMemo<InboxContextValue>(
    () => ({
      people,
      inboxNames,
      teams: teams ?? [],
      labels: labels ?? [],
      actions,
      openRow,
      composer,
      panelOpen,
      togglePanel,
      openNext,
      selectRow,
    }),
    [people, inboxNames, teams, labels, actions, panelOpen, togglePanel, openNext, selectRow],
  );

  const rowActions = useMemo<RowActions>(
    () => ({
      open: openOne,
      approach: (row) => {
        client.setQueryData(
          conversationQuery(accountId, row.display_id).queryKey,
          (known) => known ?? row,
        );
        void client.prefetchQuery(messagesQuery(row.id));
      },
      select: selectRow,
      assignToMe: (row) =>
        actions.changeAssignee(row, { id: userId, name: people.get(userId)?.name ?? '' }),
      resolve: (row) => actions.changeStatus(row, 'resolved'),
    }),
    [accountId, actions, client, openOne, people, selectRow, userId],
  );
  const hrefOf = useMemo(() => {
    const { pathname, searchStr } = router.buildLocation({
      to: '/a/$accountId/inbox/$view',
      params: { accountId, view },
      search: { status, sort, inbox, team, label, priority, assignee, where, saved },
    });
    return (row: Conversation) => `${pathname}/${row.display_id}${searchStr}`;
  }, [router, accountId, view, status, sort, inbox, team, label, priority, assignee, where, saved]);
  const rememberRows = useCallback((shown: Conversation[]) => {
    rows.current = shown;
  }, []);

  function change(next: Partial<ListFilter>): void {
    const merged = { ...filter, ...next };
    void navigate({
      search: {
        status: merged.status === 'open' ? undefined : merged.status,
        sort: merged.sort === 'newest' ? undefined : merged.sort,
        inbox: merged.inboxId ?? undefined,
        team: merged.teamId ?? undefined,
        label: merged.labels.length > 0 ? merged.labels : undefined,
        priority: merged.priority ?? undefined,
        assignee: merged.assigneeId ?? undefined,
        where,
        saved,
      },
    });
  }
  /** A list of what an agent put together is one of all conversations. */
  function show(wanted: Condition[] | null, savedId: string | null): void {
    void navigate({
      to: '/a/$accountId/inbox/$view',
      params: { accountId, view: 'all' },
      search: { sort, where: wanted ?? undefined, saved: savedId ?? undefined },
    });
  }
  const clear = filtered
    ? () =>
        change({
          status: 'open',
          inboxId: null,
          teamId: null,
          labels: [],
          priority: null,
          assigneeId: null,
        })
    : null;
  const selectShown = (everything: boolean) =>
    setSelection({ ids: new Set(rows.current.map((row) => row.id)), last: null, everything });
  const selectedRows = rows.current.filter((row) => selection.ids.has(row.id));

  return (
    <InboxContext value={shared}>
      <section
        id="list"
        tabIndex={-1}
        aria-label={t('nav.conversations')}
        className={cx(
          'flex min-h-0 w-full flex-col outline-none border-border bg-surface lg:w-[340px] lg:shrink-0 lg:border-e xl:w-[360px]',
          openDisplayId !== null && 'max-lg:hidden',
        )}
      >
        <ListHeader
          accountId={accountId}
          title={
            conditions
              ? (savedView?.name ?? t('filter.byConditions'))
              : filter.view
                ? t(`view.${view}`)
                : (titleOf(filter, choices) ?? t('nav.conversations'))
          }
          filter={filter}
          choices={choices}
          onChange={change}
          onClear={clear}
          onSearch={openSearch}
          onConditions={() => setBuilding(true)}
        >
          {(conditions || building) && (
            <Suspense>
              <ListConditions
                about="conversation"
                accountId={accountId}
                administrator={people.get(userId)?.role === 'administrator'}
                conditions={conditions}
                view={savedView}
                choices={choices}
                building={building}
                onShow={show}
                onClose={() => setBuilding(false)}
              />
            </Suspense>
          )}
        </ListHeader>
        {/* What a saved view holds is not known before the view is. */}
        {!(saved && viewsPending && !where) && (
          <ConversationList
            accountId={accountId}
            userId={userId}
            filter={filter}
            openDisplayId={openDisplayId}
            people={people}
            inboxNames={inboxNames}
            labelColors={labelColors}
            selected={selection.ids}
            hrefOf={hrefOf}
            actions={rowActions}
            onRows={rememberRows}
            onClearFilter={clear}
          />
        )}
        {selectedRows.length > 0 && (
          <Suspense>
            <BulkBar
              accountId={accountId}
              filter={filter}
              rows={selectedRows}
              shown={rows.current.length}
              everything={selection.everything}
              userId={userId}
              people={members ?? []}
              teams={choices.teams}
              labels={choices.labels}
              cache={cache}
              onSelectAll={() => selectShown(false)}
              onSelectEverything={() => selectShown(true)}
              onSelect={(ids) => setSelection({ ids: new Set(ids), last: null, everything: false })}
            />
          </Suspense>
        )}
      </section>
      {openDisplayId === null ? (
        <div className="min-w-0 flex-1 max-lg:hidden">
          <StateMessage
            icon={MessagesSquare}
            title={t('thread.noneTitle')}
            text={t('thread.noneText')}
          />
        </div>
      ) : (
        <Outlet />
      )}
      <Suspense>
        <Shortcuts accountId={accountId} openDisplayId={openDisplayId} rows={rows} />
      </Suspense>
    </InboxContext>
  );
}

/** A list of one team, one label or one inbox carries its name. */
function titleOf(
  filter: ListFilter,
  {
    teams,
    inboxes,
  }: { teams: { id: string; name: string }[]; inboxes: ReadonlyMap<string, string> },
): string | null {
  if (filter.teamId) return teams.find((team) => team.id === filter.teamId)?.name ?? null;
  if (filter.labels.length === 1) return filter.labels[0] ?? null;
  return filter.inboxId ? (inboxes.get(filter.inboxId) ?? null) : null;
}
