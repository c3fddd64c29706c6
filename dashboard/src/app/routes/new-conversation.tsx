import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, MailX, SendHorizontal } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { StateMessage } from '@/components/state-message';
import { startConversation } from '@/features/conversations/api';
import { inboxesQuery } from '@/features/inboxes/api';
import TemplatePicker from '@/features/messages/template-picker';
import { useTemplateText, useTemplateTexts } from '@/features/messages/template-texts';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import type { TemplateParams } from '@/lib/templates';
import { uuid7 } from '@/lib/uuid7';
import type { Conversation } from '@/types/conversation';

type Contact = Conversation['contact'];

const byPhone = (contact: Contact): boolean => Boolean(contact.phone_number);
/** Channels in which one may write first, to whom the contact's facts say how. */
const reaches: Record<string, (contact: Contact) => boolean> = {
  api: () => true,
  email: (contact) => Boolean(contact.email),
  twilio_sms: byPhone,
  whatsapp_cloud: byPhone,
  whatsapp_360dialog: byPhone,
  twilio_whatsapp: byPhone,
};

interface NewConversationProps {
  row: Conversation;
  onStarted: (conversation: Conversation) => void;
  onClose: () => void;
}

/** Writes to a contact first: freely where the channel lets one, with a template over WhatsApp. */
export default function NewConversation({ row, onStarted, onClose }: NewConversationProps) {
  const ready = useTemplateTexts();
  const { t } = useTemplateText();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery(inboxesQuery(row.account_id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** Made once, so that a second try after a lost answer starts no second conversation. */
  const [messageId, setMessageId] = useState(uuid7);
  const id = useId();
  const { contact } = row;
  const name = contact.name || contact.email || contact.phone_number || common('contact.visitor');
  const inboxes = data?.filter((each) => reaches[each.channel_type]?.(contact)) ?? [];
  const inbox =
    inboxes.find((each) => each.id === chosen) ??
    inboxes.find((each) => each.id === row.inbox_id) ??
    inboxes[0];
  const templated = inbox?.channel_type.includes('whatsapp') ?? false;

  async function start(content: string, template?: TemplateParams): Promise<void> {
    if (!inbox || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const started = await startConversation({
        accountId: row.account_id,
        contactId: contact.id,
        inboxId: inbox.id,
        messageId,
        content,
        ...(template ? { template } : {}),
      });
      void client.invalidateQueries({ queryKey: ['past-conversations', row.account_id] });
      onStarted(started);
    } catch (error) {
      const { isNetwork, message } = toApiError(error);
      setFailure(isNetwork ? t('error.network') : message);
      if (!isNetwork) setMessageId(uuid7());
      setBusy(false);
    }
  }

  if (!ready || !data) return null;
  if (picking && inbox) {
    return (
      <TemplatePicker
        inboxId={inbox.id}
        conversationId={null}
        contactName={name}
        onClose={() => setPicking(false)}
        onSend={({ content, template }) => {
          setPicking(false);
          void start(content, template);
        }}
      />
    );
  }
  return (
    <Dialog title={t('start.title', { name })} onClose={onClose}>
      {inbox ? (
        <form
          className="flex min-h-0 flex-col"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (templated) setPicking(true);
            else if (text.trim()) void start(text.trim());
          }}
        >
          <div className="min-h-0 space-y-4 overflow-y-auto px-5 py-3">
            <label className="block">
              <span className="mb-1.5 block font-medium text-meta">{t('start.inbox')}</span>
              <select
                value={inbox.id}
                onChange={(event) => setChosen(event.target.value)}
                className="block h-10 w-full rounded-md border border-edge/60 bg-surface px-3 text-body"
              >
                {inboxes.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </select>
            </label>
            {templated ? (
              <p className="text-meta text-muted">{t('start.byTemplate')}</p>
            ) : (
              <div>
                <label htmlFor={id} className="mb-1.5 block font-medium text-meta">
                  {t('start.message')}
                </label>
                <textarea
                  id={id}
                  dir="auto"
                  rows={5}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  className="block w-full resize-none rounded-md border border-edge/60 bg-surface px-3 py-2 text-body"
                />
              </div>
            )}
            <div role="alert">
              {failure && (
                <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">
                  {failure}
                </p>
              )}
            </div>
          </div>
          <div className="flex justify-end gap-2 border-border border-t px-5 py-3">
            <Button size="md" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button
              type="submit"
              look="primary"
              size="md"
              disabled={busy || (!templated && !text.trim())}
            >
              {t(templated ? 'window.choose' : 'start.send')}
              {templated ? (
                <LayoutTemplate aria-hidden="true" size={15} />
              ) : (
                <SendHorizontal aria-hidden="true" size={14} className="mirror" />
              )}
            </Button>
          </div>
        </form>
      ) : (
        <div className="pb-6">
          <StateMessage icon={MailX} title={t('start.none', { name })} />
        </div>
      )}
    </Dialog>
  );
}
