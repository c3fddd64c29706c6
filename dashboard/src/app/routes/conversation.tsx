import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { SearchX, TriangleAlert } from 'lucide-react';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { cannedResponsesQuery } from '@/features/canned-responses/api';
import {
  conversationQuery,
  markRead,
  participantsQuery,
  setParticipant,
} from '@/features/conversations/api';
import { ThreadHeader } from '@/features/conversations/thread-header';
import { inboxesQuery } from '@/features/inboxes/api';
import { messagesQuery, replyWindowQuery } from '@/features/messages/api';
import { Composer } from '@/features/messages/composer';
import { DropZone } from '@/features/messages/drop-zone';
import type { Mentionable } from '@/features/messages/mentions';
import { outboxOf } from '@/features/messages/outbox';
import { Thread } from '@/features/messages/thread';
import { useThreadFeed } from '@/features/messages/use-thread-feed';
import { nameVariables, type Variables } from '@/features/messages/variables';
import { Viewers } from '@/features/presence/viewers';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { lazily, loadAhead } from '@/lib/parts';
import type { PresenceState } from '@/lib/realtime';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import type { Message } from '@/types/message';
import { useInbox } from '../inbox-context';
import { useLive, useOutbox, useSyncState } from '../live';

const DetailsPanel = lazily(() => import('./details-panel'));
const loadCollisionDialog = () => import('@/features/messages/collision-dialog');
const CollisionDialog = lazily(loadCollisionDialog);

/** One open conversation with what is known about its contact. */
export function ConversationRoute() {
  const { accountId, displayId } = useParams({ from: '/a/$accountId/inbox/$view/$displayId' });
  const { t } = useTranslation();
  const query = useQuery(conversationQuery(accountId, Number(displayId)));
  if (query.data) return <OpenConversation key={query.data.id} row={query.data} />;
  if (!query.isError) return <div className="min-w-0 flex-1 bg-bg" aria-busy="true" />;
  const error = toApiError(query.error);
  const missing = error.code === 'conversation_not_found' || Number.isNaN(Number(displayId));
  return (
    <section className="min-w-0 flex-1">
      {missing ? (
        <StateMessage
          icon={SearchX}
          title={t('thread.missingTitle', { id: displayId })}
          text={t('thread.missingText')}
        />
      ) : (
        <StateMessage
          icon={TriangleAlert}
          title={t('thread.errorTitle')}
          text={error.isNetwork ? t('error.network') : error.message}
        >
          <Button onClick={() => void query.refetch()}>{t('common.retry')}</Button>
        </StateMessage>
      )}
    </section>
  );
}

function OpenConversation({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const { cache, status, transport, userId } = useLive();
  const {
    people,
    inboxNames,
    teams,
    actions,
    openRow,
    composer,
    panelOpen,
    togglePanel,
    openNext,
  } = useInbox();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view/$displayId' });
  const sync = useSyncState(status);
  const outbox = outboxOf(userId);
  const allUnsent = useOutbox(userId);
  const unsent = useMemo(
    () => allUnsent.filter((item) => item.conversationId === row.id),
    [allUnsent, row.id],
  );
  const { data: page } = useQuery(messagesQuery(row.id));
  const lastIncoming = page?.messages.findLast((each) => each.message_type === 'incoming');
  const { data: inboxes } = useQuery(inboxesQuery(row.account_id));
  const channel = inboxes?.find((each) => each.id === row.inbox_id)?.channel_type;
  const { data: replyWindow } = useQuery(replyWindowQuery(row.id, channel, lastIncoming?.id));
  const [writing, setWriting] = useState(false);
  const [lost, setLost] = useState(false);
  const [postponed, setPostponed] = useState<string | null>(null);
  const [quoted, setQuoted] = useState<Message | null>(null);
  const [snippetQuery, setSnippetQuery] = useState<string | null>(null);
  const { message: startAt } = useSearch({ from: '/a/$accountId/inbox/$view/$displayId' });
  const { data: snippets } = useQuery(cannedResponsesQuery(row.account_id, snippetQuery));
  const { data: participants } = useQuery(participantsQuery(row.id));
  const myName = people.get(userId)?.name ?? '';
  const isAdministrator = people.get(userId)?.role === 'administrator';
  const name = contactName(row.contact, t('contact.visitor'));

  const mail =
    channel === 'email'
      ? { inboxId: row.inbox_id, contactEmail: row.contact.email ?? '', last: lastIncoming ?? null }
      : null;

  // The feed starts from the first loaded page and moves on by itself.
  const [start, setStart] = useState<{ topic: string; lastSeq: number } | null>(null);
  if (page && !start) setStart({ topic: page.topic, lastSeq: page.last_seq });

  const me = useMemo<PresenceState>(
    () => ({ user_id: userId, name: myName, mode: writing ? 'replying' : 'viewing' }),
    [userId, myName, writing],
  );
  const { others, typing } = useThreadFeed({
    conversationId: row.id,
    start,
    me,
    transport,
    status,
    onConversation: (fresh) => cache.put([fresh.id], [fresh]),
    onStale: () => void cache.refresh([row.id]).catch(() => {}),
    onLost: () => setLost(true),
  });

  useEffect(() => {
    openRow.current = row;
    return () => {
      openRow.current = null;
    };
  }, [row, openRow]);
  useEffect(() => {
    document.title = `#${row.display_id} ${name} · Supadesk`;
    return () => {
      document.title = 'Supadesk';
    };
  }, [row.display_id, name]);

  const seen = useCallback(() => {
    cache.put([row.id], [{ ...row, unread_count: 0 }]);
    void markRead(row.id).catch(() => {});
  }, [cache, row]);

  // The question whether to send all the same must be at hand when the server is not.
  useEffect(() => loadAhead(loadCollisionDialog), []);

  async function follow(following: boolean): Promise<void> {
    try {
      await setParticipant(row.id, userId, following);
      showToast(t(following ? 'toast.following' : 'toast.notFollowing'));
    } catch (error) {
      const failure = toApiError(error);
      showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, { tone: 'danger' });
    }
    void client.invalidateQueries({ queryKey: participantsQuery(row.id).queryKey });
  }

  const conflict = unsent.find((item) => item.state === 'conflict' && item.id !== postponed);
  const peopleList = useMemo(() => [...people.values()], [people]);
  const mentionables = useMemo<Mentionable[]>(
    () => [
      ...peopleList.map(({ id, name, avatarUrl }) => ({
        type: 'user' as const,
        id,
        name,
        avatarUrl,
      })),
      ...teams.map(({ id, name }) => ({
        type: 'team' as const,
        id,
        name,
        avatarUrl: null,
      })),
    ],
    [peopleList, teams],
  );
  const variables = useMemo<Variables>(
    () => ({
      ...nameVariables('contact', row.contact.name),
      ...nameVariables('agent', myName),
      'contact.email': row.contact.email,
      'contact.phone_number': row.contact.phone_number,
      'conversation.display_id': String(row.display_id),
      'inbox.name': inboxNames.get(row.inbox_id),
    }),
    [row.contact, row.display_id, row.inbox_id, myName, inboxNames],
  );

  if (lost) {
    return (
      <section className="min-w-0 flex-1">
        <StateMessage icon={SearchX} title={t('thread.lostTitle')} text={t('thread.lostText')} />
      </section>
    );
  }
  return (
    <>
      <section
        id="conversation"
        tabIndex={-1}
        aria-label={t('thread.region', { id: row.display_id, name })}
        className="flex min-h-0 min-w-0 flex-1 flex-col bg-bg outline-none"
      >
        <ThreadHeader
          row={row}
          userId={userId}
          isAdministrator={isAdministrator}
          people={peopleList}
          actions={actions}
          following={participants?.includes(userId)}
          onFollow={(following) => void follow(following)}
          panelOpen={panelOpen}
          onTogglePanel={togglePanel}
          onResolveAndNext={() => {
            openNext(row);
            actions.changeStatus(row, 'resolved');
          }}
          onDeleted={() =>
            void navigate({ to: '/a/$accountId/inbox/$view', search: (search) => search })
          }
        >
          <Viewers others={others} />
        </ThreadHeader>
        <DropZone onFiles={(files) => composer.current?.attach(files)}>
          <Thread
            conversationId={row.id}
            userId={userId}
            isAdministrator={isAdministrator}
            contactName={name}
            unreadCount={row.unread_count}
            unsent={unsent}
            outbox={outbox}
            myName={myName}
            offline={sync.link === 'offline'}
            typing={typing?.type === 'contact' ? typing : null}
            startAt={startAt ?? null}
            onReview={() => setPostponed(null)}
            onSeen={seen}
            onQuote={setQuoted}
          />
          <Composer
            accountId={row.account_id}
            conversationId={row.id}
            inboxId={row.inbox_id}
            contactName={name}
            lastSeq={page?.last_seq ?? null}
            replyWindow={replyWindow}
            outbox={outbox}
            mail={mail}
            quoted={quoted}
            onClearQuote={() => setQuoted(null)}
            mentionables={mentionables}
            snippets={snippets}
            onSnippetQuery={setSnippetQuery}
            variables={variables}
            ref={composer}
            onWriting={setWriting}
            onResolve={
              row.status === 'resolved' ? null : () => actions.changeStatus(row, 'resolved')
            }
          />
        </DropZone>
      </section>
      {panelOpen && (
        <>
          <button
            type="button"
            aria-label={t('common.close')}
            onClick={togglePanel}
            className="fixed inset-0 z-20 bg-[oklch(0.15_0.01_200/0.4)] xl:hidden"
          />
          <section
            aria-label={t('contact.title')}
            className={cx(
              'w-80 shrink-0 border-border border-s bg-surface',
              'max-xl:fixed max-xl:inset-y-0 max-xl:end-0 max-xl:z-30 max-xl:max-w-[88vw] max-xl:shadow-float',
            )}
          >
            <Suspense>
              <DetailsPanel row={row} />
            </Suspense>
          </section>
        </>
      )}
      {conflict && (
        <Suspense>
          <CollisionDialog
            item={conflict}
            onClose={() => setPostponed(conflict.id)}
            onSendAnyway={() => void outbox.retry(conflict.id, { expectedLastSeq: null })}
            onSaveAsNote={() =>
              void outbox.retry(conflict.id, { private: true, expectedLastSeq: null })
            }
            onReview={() => {
              void outbox.discard(conflict.id);
              composer.current?.restore(conflict.content, conflict.files ?? []);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
