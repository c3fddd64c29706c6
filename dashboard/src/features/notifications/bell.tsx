import { useQuery } from '@tanstack/react-query';
import { Bell as BellIcon } from 'lucide-react';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import { cappedCount } from '@/lib/format';
import { lazily } from '@/lib/parts';
import { unreadCountQuery } from './api';

const NotificationList = lazily(() => import('./notification-list'));

interface BellProps {
  accountId: string;
  className: string;
  onOpen: (displayId: number, messageId: string | null) => void;
}

/** How much is new for this agent, and the list of it. */
export function Bell({ accountId, className, onOpen }: BellProps) {
  const { t } = useTranslation();
  const { data: unread = 0 } = useQuery(unreadCountQuery(accountId));
  return (
    <Popover
      label={unread > 0 ? t('notification.unread', { count: unread }) : t('notification.title')}
      side={matchMedia('(min-width: 40rem)').matches ? 'inline-end' : 'top'}
      className={`relative ${className}`}
      trigger={
        <>
          <BellIcon aria-hidden="true" size={19} />
          {unread > 0 && (
            <span className="tabular absolute end-0.5 top-0.5 inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 font-semibold text-[10px] text-on-accent">
              {cappedCount(unread)}
            </span>
          )}
        </>
      }
    >
      {(close) => (
        <NotificationList
          accountId={accountId}
          onOpen={(displayId, messageId) => {
            close();
            onOpen(displayId, messageId);
          }}
        />
      )}
    </Popover>
  );
}
