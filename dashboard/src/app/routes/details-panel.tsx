import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Suspense } from 'react';
import ContactPanel from '@/features/contacts/contact-panel';
import { participantsQuery, setParticipant } from '@/features/conversations/api';
import { ConversationFacts } from '@/features/conversations/conversation-facts';
import { Participants } from '@/features/conversations/participants';
import { definitionsQuery } from '@/features/custom-attributes/api';
import { AttributeFields } from '@/features/custom-attributes/attribute-fields';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import { useInbox } from '../inbox-context';
import { useLive } from '../live';

const StartConversation = lazily(() => import('./start-conversation'));

/** The customer, the conversation and what both are known by, beside the thread. */
export default function DetailsPanel({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view/$displayId' });
  const { cache, userId } = useLive();
  const { people, inboxNames, teams, labels, actions, togglePanel } = useInbox();
  const { data: definitions = [] } = useQuery(definitionsQuery(row.account_id));
  const { data: participants } = useQuery(participantsQuery(row.id));
  const colleagues = [...people.values()];
  const of = (model: 'contact_attribute' | 'conversation_attribute') =>
    definitions.filter((definition) => definition.attribute_model === model);

  async function toggleParticipant(id: string): Promise<void> {
    const { queryKey } = participantsQuery(row.id);
    try {
      await setParticipant(row.id, id, !participants?.includes(id));
    } catch (error) {
      const failure = toApiError(error);
      showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, { tone: 'danger' });
    }
    await client.invalidateQueries({ queryKey });
  }

  const open = (displayId: number) =>
    void navigate({
      params: (params) => ({ ...params, displayId: String(displayId) }),
      search: ({ message: _message, ...search }) => search,
    });

  return (
    <ContactPanel
      accountId={row.account_id}
      head={row.contact}
      exceptId={row.id}
      userId={userId}
      people={people}
      labels={labels}
      onClose={togglePanel}
      onOpen={open}
      onChanged={() => void cache.refresh([row.id]).catch(() => {})}
      start={
        <Suspense>
          <StartConversation
            accountId={row.account_id}
            contact={row.contact}
            inboxId={row.inbox_id}
            onStarted={(started) => {
              cache.put([started.id], [started]);
              open(started.display_id);
            }}
          />
        </Suspense>
      }
      attributes={(contact, save) => (
        <AttributeFields
          definitions={of('contact_attribute')}
          values={contact.custom_attributes ?? {}}
          onSave={save}
        />
      )}
    >
      <ConversationFacts
        row={row}
        userId={userId}
        inboxName={inboxNames.get(row.inbox_id) ?? null}
        people={colleagues}
        teams={teams}
        labels={labels}
        actions={actions}
      />
      <div className="mt-1.5">
        <AttributeFields
          definitions={of('conversation_attribute')}
          values={row.custom_attributes ?? {}}
          onSave={async (values) => actions.changeAttributes(row, values)}
        />
      </div>
      <Participants
        people={colleagues}
        ids={participants ?? []}
        onToggle={(id) => void toggleParticipant(id)}
      />
    </ContactPanel>
  );
}
