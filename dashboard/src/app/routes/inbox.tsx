import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { membersQuery } from '@/features/accounts/api';
import { conversationQuery, type ListFilter } from '@/features/conversations/api';
import { ConversationList } from '@/features/conversations/conversation-list';
import { ListHeader } from '@/features/conversations/list-header';
import { useConversationActions } from '@/features/conversations/use-conversation-actions';
import { inboxesQuery } from '@/features/inboxes/api';
import { messagesQuery } from '@/features/messages/api';
import type { ComposerHandle } from '@/features/messages/composer';
import { useTranslation } from '@/i18n';
import type { Conversation } from '@/types/conversation';
import { InboxContext, type InboxContextValue } from '../inbox-context';
import { useLive } from '../live';

// Shortcuts are nobody's first need; they arrive with the first idle moment.
const Shortcuts = lazily(() => import('../shell/shortcuts'));

/** The list, and beside it whatever conversation is open. */
export function InboxRoute() {
  const { t } = useTranslation();
  const { accountId, view } = useParams({ from: '/a/$accountId/inbox/$view' });
  const search = useSearch({ from: '/a/$accountId/inbox/$view' });
  const { displayId } = useParams({ strict: false });
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view' });
  const client = useQueryClient();
  const { cache, userId } = useLive();
  const actions = useConversationActions(cache);
  const { data: members } = useQuery(membersQuery(accountId));
  const { data: inboxes } = useQuery(inboxesQuery(accountId));
  const rows = useRef<Conversation[]>([]);
  const openRow = useRef<Conversation | null>(null);
  const composer = useRef<ComposerHandle | null>(null);
  const [panelOpen, setPanelOpen] = useState(() => matchMedia('(min-width: 80rem)').matches);

  const { status, sort, inbox } = search;
  const filter = useMemo<ListFilter>(
    () => ({ tab: view, status: status ?? 'open', sort: sort ?? 'newest', inboxId: inbox ?? null }),
    [view, status, sort, inbox],
  );
  const filtered = filter.status !== 'open' || filter.inboxId !== null;
  const openDisplayId = displayId === undefined ? null : Number(displayId);

  const people = useMemo(() => new Map(members?.map((member) => [member.id, member])), [members]);
  const inboxNames = useMemo(
    () => new Map(inboxes?.map((each) => [each.id, each.name])),
    [inboxes],
  );
  const shared = useMemo<InboxContextValue>(
    () => ({
      people,
      inboxNames,
      actions,
      openRow,
      composer,
      panelOpen,
      togglePanel: () => setPanelOpen((open) => !open),
    }),
    [people, inboxNames, actions, panelOpen],
  );

  const prefetch = useCallback(
    (row: Conversation) => {
      client.setQueryData(
        conversationQuery(accountId, row.display_id).queryKey,
        (known) => known ?? row,
      );
      void client.prefetchQuery(messagesQuery(row.id));
    },
    [client, accountId],
  );
  const rememberRows = useCallback((shown: Conversation[]) => {
    rows.current = shown;
  }, []);

  function change({ inboxId, ...next }: Partial<Omit<ListFilter, 'tab'>>): void {
    void navigate({
      search: (current) => ({
        ...current,
        ...next,
        ...(inboxId === undefined ? {} : { inbox: inboxId ?? undefined }),
      }),
    });
  }

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
          filter={filter}
          inboxNames={inboxNames}
          onChange={change}
        />
        <ConversationList
          accountId={accountId}
          userId={userId}
          filter={filter}
          openDisplayId={openDisplayId}
          people={people}
          inboxNames={inboxNames}
          onOpenIntent={prefetch}
          onRows={rememberRows}
          onClearFilter={filtered ? () => change({ status: 'open', inboxId: null }) : null}
        />
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
