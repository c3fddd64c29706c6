import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, CloudOff, MessageSquare, TriangleAlert } from 'lucide-react';
import {
  Suspense,
  startTransition,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { clock, dayLabel } from '@/lib/format';
import type { Outbox, OutboxItem } from '@/lib/outbox';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import type { Message } from '@/types/message';
import { messagesQuery } from './api';
import { MessageActionsContext, useActionsOnMessages } from './message-actions';
import { ActivityLine, ActivityRun, MessageItem } from './message-item';
import { estimatedHeight, firstUnread, layOut, type ThreadItem } from './thread-items';
import { UnsentItem } from './unsent-item';
import { useEarlierMessages } from './use-earlier-messages';
import type { TypingActor } from './use-thread-feed';

const ConfirmDialog = lazily(() => import('@/components/confirm-dialog'));

const AT_END_PX = 80;
/** Rows rendered out of sight: a few for the first paint and among mails, more once there is time. */
const FEW_UNSEEN = 3;
const MANY_UNSEEN = 10;
/** Earlier messages are asked for while this much is left above the reader. */
const NEAR_START_PX = 1200;
const MARKED_MS = 2400;

interface ThreadProps {
  conversationId: string;
  userId: string;
  isAdministrator: boolean;
  contactName: string;
  unreadCount: number;
  unsent: OutboxItem[];
  outbox: Outbox;
  myName: string;
  offline: boolean;
  typing: TypingActor | null;
  /** A message to start at, from a link or a search. */
  startAt: string | null;
  onReview: (item: OutboxItem) => void;
  onSeen: () => void;
  onQuote: (message: Message) => void;
}

/** The messages of one conversation, anchored at their end. Give it a `key` per conversation. */
export function Thread({
  conversationId,
  userId,
  isAdministrator,
  contactName,
  unreadCount,
  unsent,
  outbox,
  myName,
  offline,
  typing,
  startAt,
  onReview,
  onSeen,
  onQuote,
}: ThreadProps) {
  const { t, i18n } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const [seenUntil, setSeenUntil] = useState<string | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const query = useQuery(messagesQuery(conversationId));
  const page = query.data;
  const messages = page?.messages;
  const { loading, failed, loadEarlier, loadUntil } = useEarlierMessages(conversationId);

  // The line stays where it was when the conversation was opened, although reading clears the count.
  const [divider, setDivider] = useState<{ id: string | null } | null>(null);
  if (messages && divider === null) setDivider({ id: firstUnread(messages, unreadCount) });

  const items = useMemo(
    () => layOut(messages ?? [], unsent, divider?.id ?? null),
    [messages, unsent, divider],
  );
  const byId = useMemo(
    () => new Map(messages?.map((message) => [message.id, message])),
    [messages],
  );
  const mails = useMemo(
    () => messages?.some((message) => message.content_type === 'incoming_email') === true,
    [messages],
  );
  const lastId = messages?.at(-1)?.id ?? null;
  const lastUnsent = unsent.at(-1)?.id;
  const [painted, setPainted] = useState(false);
  const shown = items.length > 0;
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => startTransition(() => setPainted(true)), 100);
    return () => clearTimeout(timer);
  }, [shown]);

  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedHeight(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: painted && !mails ? MANY_UNSEEN : FEW_UNSEEN,
    paddingStart: 12,
    paddingEnd: 16,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
  });

  /** The first message in sight and where it stands: what must not move when others come above it. */
  const anchor = useRef<{ key: string; offset: number } | null>(null);
  const keepAnchor = useEffectEvent(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const first = virtualizer
      .getVirtualItems()
      .find((each) => items[each.index]?.kind === 'message' && each.end > top);
    anchor.current = first ? { key: String(first.key), offset: first.start - top } : null;
  });
  useLayoutEffect(() => {
    const kept = anchor.current;
    if (!kept || !scroller.current) return;
    anchor.current = null;
    const index = items.findIndex((item) => item.key === kept.key);
    const place = virtualizer.measurementsCache[index];
    if (place) scroller.current.scrollTop = place.start - kept.offset;
  }, [items, virtualizer]);

  const show = useCallback(
    async (id: string): Promise<void> => {
      const found = await loadUntil(id);
      if (!found) {
        showToast(t('message.notFound'), { tone: 'danger' });
        return;
      }
      setAtEnd(false);
      setMarked(id);
    },
    [loadUntil, t],
  );
  const onShow = useCallback((id: string) => void show(id), [show]);
  const { actions, deleting, answerDeleting } = useActionsOnMessages({
    conversationId,
    userId,
    isAdministrator,
    contactName,
    onQuote,
    onShow,
  });

  const markedIndex = marked ? items.findIndex((item) => item.key === marked) : -1;
  const scrollToMarked = useEffectEvent(() => {
    if (markedIndex >= 0) virtualizer.scrollToIndex(markedIndex, { align: 'center' });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each message asked for
  useEffect(() => {
    if (!marked || markedIndex < 0) return;
    scrollToMarked();
    const timer = setTimeout(() => setMarked(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked, markedIndex < 0]);

  const ready = page !== undefined;
  const dividerIndex = items.findIndex((item) => item.kind === 'unread');
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the first page arrives, and for another link
  useEffect(() => {
    if (!ready) return;
    if (startAt) void show(startAt);
    else if (dividerIndex > 0 && items.length - dividerIndex > 8) {
      setAtEnd(false);
      virtualizer.scrollToIndex(dividerIndex, { align: 'start' });
    } else virtualizer.scrollToEnd();
  }, [ready, startAt]);
  // Whoever reads the end stays there, whatever grows or arrives in front of an unsent message.
  const totalSize = virtualizer.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the thread grows
  useLayoutEffect(() => {
    if (atEnd && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [totalSize, items.length, typing !== null]);
  // One's own message is always shown.
  useEffect(() => {
    if (lastUnsent) virtualizer.scrollToEnd();
  }, [lastUnsent, virtualizer]);

  useEffect(() => {
    if (!lastId || !atEnd) return;
    setSeenUntil(lastId);
    if (unreadCount > 0 && document.visibilityState === 'visible') onSeen();
  }, [lastId, atEnd, unreadCount, onSeen]);
  const unseen = useMemo(() => {
    const index = messages?.findLastIndex((message) => message.id === seenUntil) ?? -1;
    return index === -1
      ? 0
      : (messages?.slice(index + 1).filter((message) => message.message_type !== 'activity')
          .length ?? 0);
  }, [messages, seenUntil]);

  const hasMore = page?.has_more === true;
  const loadMore = useCallback(() => void loadEarlier(keepAnchor), [loadEarlier]);

  /** Only the reader leaves the end; rows that turn out taller than estimated do not. */
  function follow(): void {
    const element = scroller.current;
    if (!element) return;
    const upwards = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (element.scrollHeight - element.scrollTop - element.clientHeight <= AT_END_PX)
      setAtEnd(true);
    else if (upwards) setAtEnd(false);
    if (upwards && hasMore && !failed && element.scrollTop < NEAR_START_PX) loadMore();
  }

  if (query.isPending)
    return query.fetchStatus === 'paused' ? (
      <StateMessage
        icon={CloudOff}
        title={t('thread.offlineTitle')}
        text={t('thread.offlineText')}
      />
    ) : (
      <ThreadSkeleton label={t('common.loading')} />
    );
  if (query.isError && !page) {
    const error = toApiError(query.error);
    return (
      <StateMessage
        icon={TriangleAlert}
        title={t('thread.errorTitle')}
        text={error.isNetwork ? t('error.network') : error.message}
      >
        <Button onClick={() => void query.refetch()}>{t('common.retry')}</Button>
      </StateMessage>
    );
  }
  if (items.length === 0)
    return (
      <StateMessage
        icon={MessageSquare}
        title={t('thread.emptyTitle')}
        text={t('thread.emptyText')}
      />
    );

  function quotedBy(message: Message): Message | null | undefined {
    const id = message.content_attributes?.in_reply_to;
    return typeof id === 'string' ? (byId.get(id) ?? null) : undefined;
  }

  function render(item: ThreadItem) {
    switch (item.kind) {
      case 'day':
        return (
          <h3 className="flex items-center gap-3 py-3 font-medium text-chip text-muted">
            <span className="h-px flex-1 bg-border" />
            {dayLabel(item.at, i18n.language)}
            <span className="h-px flex-1 bg-border" />
          </h3>
        );
      case 'unread':
        return (
          <p className="flex items-center gap-3 pt-3 font-semibold text-accent text-chip">
            <span className="h-px flex-1 bg-accent" />
            {t('thread.newSince', { time: clock(item.at, i18n.language) })}
            <span className="h-px flex-1 bg-accent" />
          </p>
        );
      case 'activity':
        return <ActivityLine message={item.message} />;
      case 'activities':
        return <ActivityRun messages={item.messages} />;
      case 'message':
        return (
          <MessageItem
            message={item.message}
            quoted={quotedBy(item.message)}
            first={item.first}
            last={item.last}
            marked={item.key === marked}
            editing={item.key === actions.editing}
          />
        );
      case 'unsent':
        return (
          <UnsentItem
            item={item.item}
            first={item.first}
            name={myName}
            offline={offline}
            onRetry={() => void outbox.retry(item.item.id)}
            onDiscard={() => void outbox.discard(item.item.id)}
            onReview={() => onReview(item.item)}
          />
        );
    }
  }

  return (
    <MessageActionsContext value={actions}>
      <div className="relative min-h-0 flex-1">
        {/* Focusable, because a scrolling region without links must be reachable by keyboard. */}
        <section
          ref={scroller}
          aria-label={t('thread.messages')}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
          tabIndex={0}
          onScroll={follow}
          className="h-full overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
        >
          <div className="mx-auto max-w-[808px] px-4 sm:px-6">
            {hasMore && (
              <div className="flex h-12 items-end justify-center" role="status">
                {loading ? (
                  <span className="late text-chip text-muted">{t('common.loading')}</span>
                ) : (
                  <Button look="quiet" onClick={loadMore}>
                    {t(failed ? 'common.retry' : 'thread.loadEarlier')}
                  </Button>
                )}
              </div>
            )}
            <div className="relative" style={{ height: totalSize }}>
              {virtualizer.getVirtualItems().map((virtual) => {
                const item = items[virtual.index];
                if (!item) return null;
                return (
                  <div
                    key={virtual.key}
                    ref={virtualizer.measureElement}
                    data-index={virtual.index}
                    className="absolute inset-x-0 top-0"
                    style={{ transform: `translateY(${virtual.start}px)` }}
                  >
                    {render(item)}
                  </div>
                );
              })}
            </div>
            {typing && <TypingLine name={typing.name} />}
          </div>
        </section>
        {!atEnd && (
          <button
            type="button"
            onClick={() => {
              setAtEnd(true);
              virtualizer.scrollToEnd();
            }}
            className={cx(
              'absolute end-6 bottom-4 flex h-8 animate-[rise_140ms] items-center gap-1.5 rounded-full px-3 font-medium text-chip shadow-float',
              unseen > 0 ? 'bg-accent text-on-accent' : 'border border-border bg-raised text-text',
            )}
          >
            <ArrowDown aria-hidden="true" size={14} />
            {unseen > 0 ? t('thread.newMessages', { count: unseen }) : t('thread.jumpToLatest')}
          </button>
        )}
        {deleting && (
          <Suspense>
            <ConfirmDialog
              title={t('message.deleteTitle')}
              text={t('message.deleteText')}
              confirm={t('message.delete')}
              onAnswer={answerDeleting}
            />
          </Suspense>
        )}
      </div>
    </MessageActionsContext>
  );
}

function TypingLine({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <p className="-mt-2 flex items-center gap-2 pb-4 text-chip text-muted">
      <span
        aria-hidden="true"
        className="flex gap-1 rounded-lg border border-border bg-raised px-3 py-2.5"
      >
        {['', '[animation-delay:150ms]', '[animation-delay:300ms]'].map((delay) => (
          <span
            key={delay}
            className={cx('size-1.5 animate-[dot_1s_infinite] rounded-full bg-edge', delay)}
          />
        ))}
      </span>
      {t('thread.typing', { name })}
    </p>
  );
}

function ThreadSkeleton({ label }: { label: string }) {
  return (
    <div
      role="status"
      aria-label={label}
      className="late mx-auto w-full max-w-[808px] flex-1 space-y-5 p-6"
    >
      <div className="h-12 w-3/5 rounded-lg bg-hover" />
      <div className="ms-auto h-16 w-1/2 rounded-lg bg-hover" />
      <div className="h-9 w-2/5 rounded-lg bg-hover" />
    </div>
  );
}
