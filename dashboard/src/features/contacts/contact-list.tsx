import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Ban, CloudOff, RotateCw, TriangleAlert, Users } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { LabelChip } from '@/components/label-chip';
import { RelativeTime } from '@/components/relative-time';
import { StateMessage } from '@/components/state-message';
import type { Language } from '@/i18n';
import { failureText, toApiError } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { countryName, shortRelative } from '@/lib/format';
import { type Contact, type ContactFilter, contactListQuery } from './api';

const ROW_HEIGHT = 60;
/** So many rows before the end the next page is asked for. */
const AHEAD = 20;

interface ContactListProps {
  accountId: string;
  filter: ContactFilter;
  /** The contact on screen. */
  openId: string | null;
  labelColors: ReadonlyMap<string, string>;
  /** Shows everybody again; null where everybody is shown. */
  onClear: (() => void) | null;
  /** Texts of the contacts, which come with the part that shows them. */
  language: Language;
}

/** Contacts in lines, fetched as one scrolls. */
export function ContactList({
  accountId,
  filter,
  openId,
  labelColors,
  onClear,
  language: { t, i18n },
}: ContactListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const query = useInfiniteQuery(contactListQuery(accountId, filter));
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const getItemKey = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey,
    overscan: 8,
    paddingStart: 4,
    paddingEnd: 16,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const wantsMore =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError && lastShown >= rows.length - AHEAD;

  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  // Another filter is another list: it starts at its top.
  const filterKey = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for another list
  useEffect(() => void scroller.current?.scrollTo({ top: 0 }), [filterKey]);

  function walk(event: KeyboardEvent<HTMLUListElement>): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const focused = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (!step || !focused) return;
    event.preventDefault();
    const index = Number(focused.dataset.index) + step;
    if (!rows[index]) return;
    virtualizer.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus(),
    );
  }

  if (query.isPending)
    return (
      <div role="status" className="late flex-1 space-y-3 px-6 py-4">
        <span className="sr-only">{t('contacts.loading')}</span>
        {[0, 1, 2, 3, 4, 5].map((each) => (
          <div key={each} className="h-11 rounded-md bg-hover" />
        ))}
      </div>
    );
  if (query.isError && rows.length === 0)
    return (
      <StateMessage
        icon={toApiError(query.error).isNetwork ? CloudOff : TriangleAlert}
        title={t('contacts.errorTitle')}
        text={failureText(t, query.error)}
      >
        <Button onClick={() => void query.refetch()}>
          <RotateCw aria-hidden="true" size={14} />
          {t('common.retry')}
        </Button>
      </StateMessage>
    );
  if (rows.length === 0)
    return (
      <StateMessage
        icon={Users}
        title={t(onClear ? 'contacts.noneTitle' : 'contacts.emptyTitle')}
        text={t(onClear ? 'contacts.noneText' : 'contacts.emptyText')}
      >
        {onClear && <Button onClick={onClear}>{t('contacts.clear')}</Button>}
      </StateMessage>
    );

  const focusable = Math.max(
    0,
    rows.findIndex((row) => row.id === openId),
  );
  const focusableShown = items.some((item) => item.index === focusable);
  return (
    <div
      ref={scroller}
      className="@container min-h-0 flex-1 overflow-y-auto overscroll-contain [contain:strict]"
    >
      <ul
        aria-label={t('contacts.list')}
        onKeyDown={walk}
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
              className="absolute inset-x-0 top-0 px-2 sm:px-4"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Link
                from="/a/$accountId/contacts"
                to="/a/$accountId/contacts"
                search={(search) => ({ ...search, contact: row.id })}
                data-index={item.index}
                tabIndex={item.index === focusable || !focusableShown ? 0 : -1}
                aria-current={row.id === openId ? 'true' : undefined}
                className={cx(
                  'block h-[58px] rounded-md px-2.5 -outline-offset-2',
                  row.id === openId ? 'bg-selected' : 'hover:bg-hover',
                )}
              >
                <Line row={row} labelColors={labelColors} t={t} locale={i18n.language} />
              </Link>
            </li>
          );
        })}
      </ul>
      {isFetchNextPageError && !isFetchingNextPage && (
        <p role="alert" className="flex items-center justify-center gap-3 pb-4 text-meta">
          {t('contacts.errorTitle')}
          <Button onClick={() => void fetchNextPage()}>{t('common.retry')}</Button>
        </p>
      )}
    </div>
  );
}

interface LineProps {
  row: Contact;
  labelColors: ReadonlyMap<string, string>;
  t: Language['t'];
  locale: string;
}

/** As much of a contact as there is room for: beside each other where the list is wide. */
function Line({ row, labelColors, t, locale }: LineProps) {
  const more = row.additional_attributes ?? {};
  const text = (key: string) => (typeof more[key] === 'string' ? (more[key] as string) : '');
  const name = contactName(row, row.identifier || t('contact.visitor'));
  const place = [text('city'), countryName(text('country'), locale)].filter(Boolean).join(', ');
  const shown = row.labels.slice(0, 2);
  const said = [
    name,
    text('company_name'),
    row.name ? row.email : null,
    row.phone_number,
    place,
    row.blocked && t('contact.blocked'),
    ...row.labels,
    row.last_activity_at &&
      t('contacts.seen', { time: shortRelative(row.last_activity_at, locale) }),
  ];
  return (
    <>
      <span className="sr-only">{said.filter(Boolean).join(', ')}</span>
      <span aria-hidden="true" className="flex h-full items-center gap-3 text-meta">
        <Avatar id={row.id} name={name} url={row.avatar_url} />
        <span className="min-w-0 flex-1 @2xl:flex-[1.4]">
          <span className="flex min-w-0 items-center gap-1.5">
            <bdi className="truncate font-medium text-body">{name}</bdi>
            {row.blocked && (
              <span className="inline-flex shrink-0 items-center gap-1 rounded-sm bg-danger-tint px-1.5 text-[11px] text-danger">
                <Ban size={10} />
                {t('contact.blocked')}
              </span>
            )}
          </span>
          <span className="block truncate text-muted @2xl:hidden">
            <bdi>{(row.name ? row.email : null) ?? row.phone_number ?? text('company_name')}</bdi>
          </span>
          <span className="block truncate text-muted @max-2xl:hidden">
            <bdi>{text('company_name')}</bdi>
          </span>
        </span>
        <span className="min-w-0 flex-[1.6] truncate @max-2xl:hidden">
          <bdi>{row.email}</bdi>
        </span>
        <span className="tabular w-36 shrink-0 truncate @max-3xl:hidden">
          <bdi dir="ltr">{row.phone_number}</bdi>
        </span>
        <span className="w-36 shrink-0 truncate text-muted @max-4xl:hidden">
          <bdi>{place}</bdi>
        </span>
        <span className="flex w-44 min-w-0 shrink-0 items-center gap-1 overflow-hidden @max-5xl:hidden">
          {shown.map((title) => (
            <LabelChip key={title} title={title} color={labelColors.get(title)} small />
          ))}
          {row.labels.length > shown.length && (
            <span dir="ltr" className="text-[11px] text-muted">
              +{row.labels.length - shown.length}
            </span>
          )}
        </span>
        <span className="tabular w-14 shrink-0 text-end text-chip text-muted">
          {row.last_activity_at && <RelativeTime iso={row.last_activity_at} />}
        </span>
      </span>
    </>
  );
}
