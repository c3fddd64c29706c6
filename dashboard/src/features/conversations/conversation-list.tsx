import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp, CircleCheckBig, CloudOff, RotateCw, TriangleAlert } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { StateMessage } from '@/components/state-message';
import { useTranslation } from '@/i18n';
import { announce } from '@/lib/announce';
import { toApiError } from '@/lib/api-error';
import { useDrafts } from '@/lib/drafts';
import type { Conversation } from '@/types/conversation';
import { type ListFilter, listQuery } from './api';
import { ConversationRow, type RowActions, type RowPerson } from './conversation-row';
import { holdOrder, rowsOf } from './list-merge';

const ROW_HEIGHT = 78;
/** Scrolled further than this, the reader is in the list and rows must not move. */
const TOP_ZONE = 24;

interface ConversationListProps {
  accountId: string;
  userId: string;
  filter: ListFilter;
  openDisplayId: number | null;
  people: ReadonlyMap<string, RowPerson>;
  inboxNames: ReadonlyMap<string, string>;
  labelColors: ReadonlyMap<string, string>;
  selected: ReadonlySet<string>;
  hrefOf: (row: Conversation) => string;
  actions: RowActions;
  onRows: (rows: Conversation[]) => void;
  onClearFilter: (() => void) | null;
}

export function ConversationList({
  accountId,
  userId,
  filter,
  openDisplayId,
  people,
  inboxNames,
  labelColors,
  selected,
  hrefOf,
  actions,
  onRows,
  onClearFilter,
}: ConversationListProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<string[] | null>(null);
  const drafts = useDrafts();
  const query = useInfiniteQuery(listQuery(accountId, filter));
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const live = useMemo(() => rowsOf(query.data?.pages ?? []), [query.data]);
  const { rows, arrivals } = useMemo(
    () => (held ? holdOrder(held, live) : { rows: live, arrivals: 0 }),
    [held, live],
  );

  // Another filter is another list: it starts at its top.
  const filterKey = JSON.stringify(filter);
  const [shownFilter, setShownFilter] = useState(filterKey);
  if (shownFilter !== filterKey) {
    setShownFilter(filterKey);
    setHeld(null);
  }

  // Another function would have every loaded row measured again, each time the list is drawn.
  const getItemKey = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey,
    overscan: 8,
    paddingStart: 4,
    paddingEnd: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => onRows(rows), [rows, onRows]);
  useEffect(() => {
    if (
      hasNextPage &&
      !isFetchingNextPage &&
      !isFetchNextPageError &&
      lastShown >= rows.length - 15
    )
      void fetchNextPage();
  }, [
    fetchNextPage,
    hasNextPage,
    isFetchingNextPage,
    isFetchNextPageError,
    lastShown,
    rows.length,
  ]);
  useEffect(() => {
    if (arrivals > 0) announce(t('list.newCount', { count: arrivals }));
  }, [arrivals, t]);
  // The open conversation stays in sight when the keyboard walks through the list.
  const openIndex = useMemo(
    () => rows.findIndex((row) => row.display_id === openDisplayId),
    [rows, openDisplayId],
  );
  const openId = rows[openIndex]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening another one scrolls, not its row moving
  useEffect(() => {
    if (openId !== undefined && openIndex >= 0)
      virtualizer.scrollToIndex(openIndex, { align: 'auto' });
  }, [openId]);

  function follow(): void {
    const top = scroller.current?.scrollTop ?? 0;
    if (top <= TOP_ZONE) setHeld(null);
    else if (!held) setHeld(live.map((row) => row.id));
  }

  if (query.isPending) {
    if (query.fetchStatus === 'paused')
      return (
        <StateMessage icon={CloudOff} title={t('list.offlineTitle')} text={t('list.offlineText')} />
      );
    return <ListSkeleton label={t('common.loading')} />;
  }
  if (query.isError && live.length === 0) {
    const error = toApiError(query.error);
    return (
      <StateMessage
        icon={error.isNetwork ? CloudOff : TriangleAlert}
        title={t('list.errorTitle')}
        text={error.isNetwork ? t('error.network') : error.message}
      >
        <Button onClick={() => void query.refetch()}>
          <RotateCw aria-hidden="true" size={14} />
          {t('common.retry')}
        </Button>
      </StateMessage>
    );
  }
  if (rows.length === 0 && arrivals === 0) {
    return (
      <StateMessage
        icon={CircleCheckBig}
        title={t(`list.empty.${onClearFilter ? 'all' : (filter.view ?? filter.tab)}`)}
        text={onClearFilter ? t('list.emptyFiltered') : t('list.emptyText')}
      >
        {onClearFilter && <Button onClick={onClearFilter}>{t('list.clearFilters')}</Button>}
      </StateMessage>
    );
  }

  const focusableIndex = Math.max(openIndex, 0);
  const focusableShown = items.some((item) => item.index === focusableIndex);
  return (
    <div className="relative min-h-0 flex-1">
      {arrivals > 0 && (
        <button
          type="button"
          onClick={() => {
            setHeld(null);
            scroller.current?.scrollTo({ top: 0 });
          }}
          className="absolute inset-x-0 top-2 z-10 mx-auto flex h-7 w-fit animate-[rise_160ms] items-center gap-1.5 rounded-full bg-accent px-3 font-semibold text-chip text-on-accent shadow-float"
        >
          <ArrowUp aria-hidden="true" size={13} />
          {t('list.newCount', { count: arrivals })}
        </button>
      )}
      <div
        ref={scroller}
        onScroll={follow}
        className="h-full overflow-y-auto overscroll-contain [contain:strict]"
      >
        <ul
          aria-label={t('list.label')}
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={item.key}
                aria-setsize={hasNextPage ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <ConversationRow
                  row={row}
                  href={hrefOf(row)}
                  selected={selected.has(row.id)}
                  selecting={selected.size > 0}
                  open={row.display_id === openDisplayId}
                  focusable={item.index === focusableIndex || !focusableShown}
                  userId={userId}
                  assignee={
                    row.assignee_id && filter.tab !== 'mine'
                      ? (people.get(row.assignee_id) ?? null)
                      : null
                  }
                  inboxName={inboxNames.size > 1 ? (inboxNames.get(row.inbox_id) ?? null) : null}
                  draft={
                    row.display_id === openDisplayId ? null : (drafts.get(row.id)?.content ?? null)
                  }
                  labelColors={labelColors}
                  actions={actions}
                />
              </li>
            );
          })}
        </ul>
        {isFetchNextPageError && !isFetchingNextPage && (
          <p role="alert" className="flex items-center justify-center gap-3 pb-4 text-meta">
            {t('list.errorTitle')}
            <Button onClick={() => void fetchNextPage()}>{t('common.retry')}</Button>
          </p>
        )}
        {isFetchingNextPage && (
          <p className="pb-4 text-center text-chip text-muted">{t('common.loading')}</p>
        )}
      </div>
    </div>
  );
}

function ListSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="late flex-1 overflow-hidden px-2 pt-1">
      {Array.from({ length: 9 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
        <div key={index} className="flex h-[78px] gap-3 px-2.5 py-2.5">
          <div className="size-8 rounded-full bg-hover" />
          <div className="flex-1 space-y-2 pt-1">
            <div className="h-3 w-1/2 rounded-sm bg-hover" />
            <div className="h-3 w-5/6 rounded-sm bg-hover" />
          </div>
        </div>
      ))}
    </div>
  );
}
