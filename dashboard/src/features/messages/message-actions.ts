import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useMemo, useState } from 'react';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import type { Message } from '@/types/message';
import { deleteMessage, editMessage, type MessagePage, messagesKey, retryMessage } from './api';
import { mergeMessages } from './merge';

/** What can be done with one message; the thread provides it, each message uses it. */
export interface MessageActions {
  userId: string;
  isAdministrator: boolean;
  /** Whom the conversation is with. */
  contactName: string;
  /** The message being edited or asked about, if any. */
  editing: string | null;
  quote: (message: Message) => void;
  copyLink: (message: Message) => void;
  copyText: (message: Message) => void;
  startEditing: (message: Message | null) => void;
  edit: (message: Message, content: string) => Promise<boolean>;
  askToDelete: (message: Message) => void;
  retry: (message: Message) => void;
  /** Brings a message into sight, loading what lies between. */
  show: (id: string) => void;
}

export const MessageActionsContext = createContext<MessageActions | null>(null);

export function useMessageActions(): MessageActions {
  const actions = use(MessageActionsContext);
  if (!actions) throw new Error('useMessageActions is used outside a thread');
  return actions;
}

interface Options {
  conversationId: string;
  userId: string;
  isAdministrator: boolean;
  contactName: string;
  onQuote: (message: Message) => void;
  onShow: (id: string) => void;
}

export function useActionsOnMessages({
  conversationId,
  userId,
  isAdministrator,
  contactName,
  onQuote,
  onShow,
}: Options) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [editing, setEditing] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);

  /** Runs a change and shows its result, or says why there is none. */
  const run = useCallback(
    async (call: () => Promise<Message>): Promise<boolean> => {
      try {
        const changed = await call();
        client.setQueryData<MessagePage>(
          messagesKey(conversationId),
          (page) => page && mergeMessages(page, [changed], page.last_seq),
        );
        return true;
      } catch (error) {
        const failure = toApiError(error);
        showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, {
          tone: 'danger',
        });
        return false;
      }
    },
    [client, conversationId, t],
  );

  const actions = useMemo<MessageActions>(() => {
    const copy = (text: string, done: string) =>
      void navigator.clipboard.writeText(text).then(
        () => showToast(done),
        () => showToast(t('common.notCopied'), { tone: 'danger' }),
      );
    return {
      userId,
      isAdministrator,
      contactName,
      editing,
      quote: onQuote,
      show: onShow,
      copyText: (message) => copy(message.content ?? '', t('message.textCopied')),
      copyLink: (message) => {
        const address = new URL(location.href);
        address.searchParams.set('message', message.id);
        copy(address.href, t('thread.linkCopied'));
      },
      startEditing: (message) => setEditing(message?.id ?? null),
      edit: (message, content) => run(() => editMessage(conversationId, message.id, content)),
      askToDelete: setDeleting,
      retry: (message) => void run(() => retryMessage(conversationId, message.id)),
    };
  }, [contactName, conversationId, editing, isAdministrator, onQuote, onShow, run, t, userId]);

  return {
    actions,
    deleting,
    /** Ends the question; with true the message is deleted. */
    answerDeleting: (confirmed: boolean): void => {
      setDeleting(null);
      if (confirmed && deleting) void run(() => deleteMessage(conversationId, deleting.id));
    },
  };
}
