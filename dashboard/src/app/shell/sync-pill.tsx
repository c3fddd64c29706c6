import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { outboxOf } from '@/features/messages/outbox';
import { clock } from '@/lib/format';
import { useLive, useOutbox, useSyncState } from '../live';

const dots = {
  connecting: 'bg-edge animate-pulse',
  live: 'bg-ok',
  reconnecting: 'bg-warn animate-pulse',
  offline: 'bg-danger',
};

/** Whether what is on screen is current: always visible, in words. `quiet` hides it while all is well. */
export function SyncPill({ userId, quiet = false }: { userId: string; quiet?: boolean }) {
  const { t, i18n } = useTranslation();
  const { status, transport, cache } = useLive();
  const sync = useSyncState(status);
  const unsent = useOutbox(userId).length;
  const [, tick] = useState(0);
  const counting = sync.link === 'reconnecting';
  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [counting]);

  const seconds = Math.max(0, Math.round((Date.now() - sync.since) / 1000));
  let text = t(`sync.${sync.link}`, { seconds });
  if (sync.link === 'live' && sync.caughtUp !== null)
    text = t('sync.caughtUp', { count: sync.caughtUp });
  if (unsent > 0 && sync.link !== 'live') text = t('sync.unsent', { state: text, count: unsent });

  if (quiet && sync.link === 'live' && sync.caughtUp === null) return null;
  return (
    <Menu
      label={t('sync.label', { state: text })}
      side="top"
      className={cx(
        'tabular flex h-8 items-center gap-2.5 rounded-md px-2.5 text-chip text-muted hover:bg-hover hover:text-text',
        quiet ? 'border border-border bg-raised shadow-float' : 'w-full',
      )}
      trigger={
        <>
          <span
            aria-hidden="true"
            className={cx('size-2 shrink-0 rounded-full', dots[sync.link])}
          />
          <span className="truncate">{text}</span>
        </>
      }
      groups={[
        {
          label: sync.lastEventAt
            ? t('sync.lastEvent', {
                time: clock(new Date(sync.lastEventAt).toISOString(), i18n.language),
              })
            : t('sync.noEvent'),
          entries: [
            {
              id: 'retry',
              label: t('sync.retry'),
              onSelect: () => {
                void transport.retry();
                void cache.refreshHeads().catch(() => {});
                void outboxOf(userId).flush();
              },
            },
          ],
        },
      ]}
    />
  );
}
