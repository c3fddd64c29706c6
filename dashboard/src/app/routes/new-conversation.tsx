import { useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, SendHorizontal } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import type { ContactHead, Reach } from '@/features/contacts/api';
import { startConversation } from '@/features/conversations/api';
import TemplatePicker from '@/features/messages/template-picker';
import { useTemplateText, useTemplateTexts } from '@/features/messages/template-texts';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import type { TemplateParams } from '@/lib/templates';
import { uuid7 } from '@/lib/uuid7';
import type { Conversation } from '@/types/conversation';
import { ReachNote } from './reach-note';

interface NewConversationProps {
  accountId: string;
  contact: ContactHead;
  reach: Reach;
  /** Where the two were talking. */
  inboxId: string | null;
  onStarted: (conversation: Conversation) => void;
  onClose: () => void;
}

/** Writes to a contact first: freely where the channel lets one, with a template over WhatsApp. */
export default function NewConversation({
  accountId,
  contact,
  reach,
  inboxId,
  onStarted,
  onClose,
}: NewConversationProps) {
  const ready = useTemplateTexts();
  const { t } = useTemplateText();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** Made once, so that a second try after a lost answer starts no second conversation. */
  const [messageId, setMessageId] = useState(uuid7);
  const id = useId();
  const name = contactName(contact, common('contact.visitor'));
  const inboxes = reach.rows;
  const inbox =
    inboxes.find((each) => each.inbox_id === chosen) ??
    inboxes.find((each) => each.inbox_id === inboxId) ??
    inboxes[0];
  const templated = inbox?.needs_template ?? false;

  async function start(content: string, template?: TemplateParams): Promise<void> {
    if (!inbox || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const started = await startConversation({
        accountId,
        contactId: contact.id,
        inboxId: inbox.inbox_id,
        messageId,
        content,
        ...(template ? { template } : {}),
      });
      void client.invalidateQueries({ queryKey: ['past-conversations', accountId] });
      onStarted(started);
    } catch (error) {
      const { isNetwork, message } = toApiError(error);
      setFailure(isNetwork ? t('error.network') : message);
      if (!isNetwork) setMessageId(uuid7());
      setBusy(false);
    }
  }

  if (!ready || !inbox) return null;
  if (picking) {
    return (
      <TemplatePicker
        inboxId={inbox.inbox_id}
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
              value={inbox.inbox_id}
              onChange={(event) => setChosen(event.target.value)}
              className="block h-10 w-full rounded-md border border-edge/60 bg-surface px-3 text-body"
            >
              {inboxes.map((each) => (
                <option key={each.inbox_id} value={each.inbox_id}>
                  {each.name}
                </option>
              ))}
            </select>
          </label>
          {templated ? (
            <p className="text-meta text-muted">{t('reach.template')}</p>
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
          <ReachNote reach={reach} />
          <div role="alert">
            {failure && (
              <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">
                {failure}
              </p>
            )}
          </div>
        </div>
        <div className="flex flex-wrap justify-end gap-2 border-border border-t px-5 py-3">
          <Button size="md" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {!templated && inbox.channel_type.includes('whatsapp') && (
            <Button size="md" disabled={busy} onClick={() => setPicking(true)}>
              {t('window.choose')}
              <LayoutTemplate aria-hidden="true" size={15} />
            </Button>
          )}
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
    </Dialog>
  );
}
