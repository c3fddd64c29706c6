import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing, CheckCheck } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { RelativeTime } from '@/components/relative-time';
import { StateMessage } from '@/components/state-message';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { asPlainText } from '@/lib/links';
import { markRead, type Notification, notificationsQuery, unreadCountKey } from './api';

interface NotificationListProps {
  accountId: string;
  onOpen: (displayId: number, messageId: string | null) => void;
}

export default function NotificationList({ accountId, onOpen }: NotificationListProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useInfiniteQuery(notificationsQuery(accountId));
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const unread = rows.some((row) => row.read_at === null);

  async function read(ids: string[] | null): Promise<void> {
    try {
      client.setQueryData(unreadCountKey(accountId), await markRead(accountId, ids));
      await client.invalidateQueries({ queryKey: notificationsQuery(accountId).queryKey });
    } catch {
      // They stay unread and can be tried again; nothing was lost.
    }
  }

  function open(row: Notification): void {
    if (row.read_at === null) void read([row.id]);
    if (row.conversation) onOpen(row.conversation.display_id, row.message_id);
  }

  return (
    <section
      aria-label={t('notification.title')}
      className="flex max-h-[min(34rem,80dvh)] w-96 max-w-full flex-col"
    >
      <div className="flex h-12 shrink-0 items-center border-border border-b ps-4 pe-2">
        <h2 className="font-semibold">{t('notification.title')}</h2>
        {unread && (
          <Button look="quiet" className="ms-auto" onClick={() => void read(null)}>
            <CheckCheck aria-hidden="true" size={15} />
            {t('notification.readAll')}
          </Button>
        )}
      </div>
      <div className="min-h-40 overflow-y-auto">
        {query.isError && rows.length === 0 && (
          <StateMessage
            icon={BellRing}
            title={t('notification.errorTitle')}
            text={
              toApiError(query.error).isNetwork
                ? t('error.network')
                : toApiError(query.error).message
            }
          >
            <Button onClick={() => void query.refetch()}>{t('common.retry')}</Button>
          </StateMessage>
        )}
        {query.isSuccess && rows.length === 0 && (
          <StateMessage
            icon={BellRing}
            title={t('notification.emptyTitle')}
            text={t('notification.emptyText')}
          />
        )}
        <ul className="p-1">
          {rows.map((row) => (
            <Line key={row.id} row={row} onOpen={open} />
          ))}
        </ul>
        {query.hasNextPage && (
          <div className="flex justify-center pb-2">
            <Button
              look="quiet"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t('list.loadMore')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Line({ row, onOpen }: { row: Notification; onOpen: (row: Notification) => void }) {
  const { t } = useTranslation();
  const { conversation } = row;
  const name = row.actor?.name || conversation?.contact_name || t('contact.visitor');
  return (
    <li>
      <button
        type="button"
        onClick={() => onOpen(row)}
        disabled={!conversation}
        className="flex w-full gap-3 rounded-md px-3 py-2 text-start hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Avatar id={row.actor?.id ?? row.id} name={name} url={row.actor?.avatar_url} size="sm" />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={cx('min-w-0 text-meta', row.read_at === null && 'font-semibold')}>
              {t(`notification.type.${row.notification_type}`, {
                name,
                id: conversation?.display_id ?? '',
              })}
            </span>
            <RelativeTime
              iso={row.created_at}
              className="tabular ms-auto shrink-0 text-chip text-muted"
            />
          </span>
          <bdi className="block truncate text-meta text-muted">
            {conversation
              ? asPlainText(conversation.preview?.content ?? '')
              : t('notification.gone')}
          </bdi>
        </span>
        {row.read_at === null && (
          <span className="mt-1.5 size-2 shrink-0 rounded-full bg-accent">
            <span className="sr-only">{t('notification.new')}</span>
          </span>
        )}
      </button>
    </li>
  );
}
