import { useEffect, useState } from 'react';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { outboxOf } from '@/features/messages/outbox';
import { useTranslation } from '@/i18n';
import { clock } from '@/lib/format';
import { useLive, useOutbox, useSyncState } from '../live';

const dots = {
  connecting: 'bg-edge animate-pulse',
  live: 'bg-ok',
  reconnecting: 'bg-warn animate-pulse',
  offline: 'bg-danger',
};

const looks = {
  full: 'w-full px-2.5',
  dot: 'w-10 justify-center',
  floating: 'border border-border bg-raised px-2.5 shadow-float',
};

/** Whether what is on screen is current: always visible, in words. `floating` hides while all is well. */
export function SyncPill({
  userId,
  variant = 'full',
}: {
  userId: string;
  variant?: 'full' | 'dot' | 'floating';
}) {
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
  if (sync.link === 'live' && sync.caughtUp) text = t('sync.caughtUp', { count: sync.caughtUp });
  if (unsent > 0 && sync.link !== 'live') text = t('sync.unsent', { state: text, count: unsent });

  if (variant === 'floating' && sync.link === 'live' && !sync.caughtUp) return null;
  return (
    <Menu
      label={t('sync.label', { state: text })}
      side={variant === 'dot' ? 'inline-end' : 'top'}
      className={cx(
        'tabular flex h-8 items-center gap-2.5 rounded-md text-chip text-muted hover:bg-hover hover:text-text',
        looks[variant],
      )}
      trigger={
        <>
          <span
            aria-hidden="true"
            className={cx('size-2 shrink-0 rounded-full', dots[sync.link])}
          />
          {variant !== 'dot' && <span className="truncate">{text}</span>}
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
