import { useRef } from 'react';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PlainText } from '@/components/plain-text';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import type { OutboxItem } from '@/lib/outbox';
import { type Message, messageSchema } from '@/types/message';

const detailsSchema = z.object({ messages: z.array(messageSchema) });

/** What arrived in between, from the refusal's details. */
function arrived(details: unknown): Message[] {
  try {
    const parsed = detailsSchema.safeParse(
      typeof details === 'string' ? JSON.parse(details) : details,
    );
    return parsed.success ? parsed.data.messages : [];
  } catch {
    // The refusal stands even when it does not say why in a form we know.
    return [];
  }
}

interface CollisionDialogProps {
  item: OutboxItem;
  onSendAnyway: () => void;
  onReview: () => void;
  onSaveAsNote: () => void;
  onClose: () => void;
}

/** Somebody was faster: shows what they wrote and lets the agent decide about the reply. */
export default function CollisionDialog({
  item,
  onSendAnyway,
  onReview,
  onSaveAsNote,
  onClose,
}: CollisionDialogProps) {
  const { t } = useTranslation();
  const safest = useRef<HTMLButtonElement>(null);
  const messages = arrived(item.details);
  const latest = messages.at(-1);
  const name = latest?.sender.name ?? t('contact.visitor');
  return (
    <Dialog
      title={latest ? t('collision.title', { name }) : t('collision.titleUnknown')}
      onClose={onClose}
      initialFocus={safest}
    >
      <div className="overflow-y-auto px-5 pb-5">
        <p className="text-meta text-muted">{t('collision.text')}</p>
        <ul className="mt-4 space-y-2">
          {messages.slice(-3).map((message) => (
            <li
              key={message.id}
              className="rounded-lg border border-border bg-surface px-3.5 py-2.5"
            >
              <p className="mb-0.5 flex gap-2 text-chip text-muted">
                <bdi className="font-semibold text-text">{message.sender.name}</bdi>
                <RelativeTime iso={message.created_at} />
              </p>
              <PlainText text={message.content ?? ''} />
            </li>
          ))}
        </ul>
        <h3 className="mt-5 mb-1.5 font-semibold text-chip text-muted">{t('collision.yours')}</h3>
        <div className="max-h-40 overflow-y-auto rounded-lg bg-accent-tint px-3.5 py-2.5">
          <PlainText text={item.content} />
        </div>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button look="quiet" size="md" onClick={onSaveAsNote}>
            {t('collision.saveAsNote')}
          </Button>
          <Button size="md" onClick={onSendAnyway}>
            {t('collision.sendAnyway')}
          </Button>
          <Button ref={safest} look="primary" size="md" onClick={onReview}>
            {t('collision.review')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
