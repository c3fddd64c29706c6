import { useQuery } from '@tanstack/react-query';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import { asPlainText } from '@/lib/links';
import { pastConversationsQuery } from './api';

interface PastConversationsProps {
  accountId: string;
  contactId: string;
  exceptId: string | undefined;
  onOpen: (displayId: number) => void;
}

/** The contact's other conversations, as short as a line can be. */
export function PastConversations({
  accountId,
  contactId,
  exceptId,
  onOpen,
}: PastConversationsProps) {
  const { t } = useTranslation();
  const { data } = useQuery(pastConversationsQuery(accountId, contactId));
  const others = data?.filter((each) => each.id !== exceptId);
  if (!others) return null;
  if (others.length === 0)
    return (
      <p className="text-meta text-muted">
        {t(exceptId ? 'contact.noPrevious' : 'contact.noConversations')}
      </p>
    );
  return (
    <ul className="-mx-2">
      {others.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            onClick={() => onOpen(each.display_id)}
            className="flex w-full flex-col rounded-md px-2 py-1.5 text-start hover:bg-hover"
          >
            <span className="flex w-full items-baseline gap-2 text-chip text-muted">
              <span dir="ltr" className="tabular">
                #{each.display_id}
              </span>
              {t(`status.${each.status}`)}
              <RelativeTime iso={each.last_activity_at} className="ms-auto" />
            </span>
            <bdi className="w-full truncate text-meta">
              {asPlainText(each.preview?.content ?? '') || t('list.noMessages')}
            </bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
