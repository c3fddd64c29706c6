import { useQuery } from '@tanstack/react-query';
import { MessageSquarePlus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '@/components/button';
import { type ContactHead, reachQuery } from '@/features/contacts/api';
import { useTemplateTexts } from '@/features/messages/template-texts';
import { useTranslation } from '@/i18n';
import { lazily } from '@/lib/parts';
import type { Conversation } from '@/types/conversation';
import { ReachNote } from './reach-note';

const NewConversation = lazily(() => import('./new-conversation'));

interface StartConversationProps {
  accountId: string;
  contact: ContactHead;
  inboxId: string | null;
  onStarted: (conversation: Conversation) => void;
}

/** Writing to a contact first, or why one cannot. */
export default function StartConversation({
  accountId,
  contact,
  inboxId,
  onStarted,
}: StartConversationProps) {
  const { t } = useTranslation();
  const ready = useTemplateTexts();
  const { data: reach } = useQuery(reachQuery(contact.id));
  const [starting, setStarting] = useState(false);
  if (!reach || !ready) return null;
  return (
    <div className="mt-2">
      {reach.rows.length === 0 ? (
        <ReachNote reach={reach} />
      ) : (
        <Button onClick={() => setStarting(true)}>
          <MessageSquarePlus aria-hidden="true" size={14} />
          {t('contact.start')}
        </Button>
      )}
      {starting && (
        <Suspense>
          <NewConversation
            accountId={accountId}
            contact={contact}
            reach={reach}
            inboxId={inboxId}
            onClose={() => setStarting(false)}
            onStarted={(started) => {
              setStarting(false);
              onStarted(started);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
