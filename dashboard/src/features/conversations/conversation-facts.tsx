import type { ReactNode } from 'react';
import { useTranslation } from '@/i18n';
import { absolute } from '@/lib/format';
import type { Conversation } from '@/types/conversation';
import { StatusChip } from './status-chip';

interface ConversationFactsProps {
  row: Conversation;
  inboxName: string | null;
  assigneeName: string | null;
}

export function ConversationFacts({ row, inboxName, assigneeName }: ConversationFactsProps) {
  const { t, i18n } = useTranslation();
  const when = (iso: string) => absolute(iso, i18n.language);
  const facts: [string, ReactNode][] = [
    ['status', <StatusChip key="status" status={row.status} />],
    ['snoozedUntil', row.snoozed_until && when(row.snoozed_until)],
    ['inbox', inboxName],
    ['assignee', assigneeName ?? t('list.unassigned')],
    ['priority', row.priority && t(`priority.${row.priority}`)],
    ['labels', row.labels.length > 0 && row.labels.join(', ')],
    ['started', when(row.created_at)],
    ['firstReply', row.first_reply_created_at && when(row.first_reply_created_at)],
    ['waitingSince', row.waiting_since && when(row.waiting_since)],
  ];
  return (
    <dl className="space-y-2.5">
      {facts.map(
        ([key, value]) =>
          value && (
            <div key={key} className="grid grid-cols-[6.5rem_1fr] items-center gap-3 text-meta">
              <dt className="text-muted">{t(`conversation.${key}`)}</dt>
              <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
