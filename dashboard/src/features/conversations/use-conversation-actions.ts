import { useCallback } from 'react';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import type { Conversation, ConversationStatus } from '@/types/conversation';
import { assign, markUnread, setStatus } from './api';
import type { ConversationCache } from './cache';

export interface ConversationActions {
  changeStatus: (
    row: Conversation,
    status: ConversationStatus,
    snoozedUntil?: string | null,
  ) => void;
  changeAssignee: (row: Conversation, assigneeId: string | null, name: string | null) => void;
  makeUnread: (row: Conversation) => void;
}

/** What an agent can do to a conversation: shown at once, undone by one click or by a refusal. */
export function useConversationActions(cache: ConversationCache): ConversationActions {
  const { t } = useTranslation();

  const run = useCallback(
    async (
      before: Conversation,
      after: Conversation,
      call: () => Promise<Conversation>,
    ): Promise<boolean> => {
      cache.put([before.id], [after]);
      try {
        cache.put([before.id], [await call()]);
        return true;
      } catch (error) {
        cache.put([before.id], [before]);
        showToast(failureText(t, error), { tone: 'danger' });
        return false;
      }
    },
    [cache, t],
  );

  const changeStatus = useCallback<ConversationActions['changeStatus']>(
    async (row, status, snoozedUntil = null) => {
      const after = { ...row, status, snoozed_until: snoozedUntil };
      if (!(await run(row, after, () => setStatus(row.id, status, snoozedUntil)))) return;
      showToast(t(`toast.${status}`, { id: row.display_id }), {
        action: {
          label: t('common.undo'),
          run: () => void run(after, row, () => setStatus(row.id, row.status, row.snoozed_until)),
        },
      });
    },
    [run, t],
  );

  const changeAssignee = useCallback<ConversationActions['changeAssignee']>(
    async (row, assigneeId, name) => {
      if (row.assignee_id === assigneeId) return;
      const after = { ...row, assignee_id: assigneeId };
      if (!(await run(row, after, () => assign(row.id, assigneeId)))) return;
      showToast(
        name
          ? t('toast.assigned', { id: row.display_id, name })
          : t('toast.unassigned', { id: row.display_id }),
        {
          action: {
            label: t('common.undo'),
            run: () => void run(after, row, () => assign(row.id, row.assignee_id)),
          },
        },
      );
    },
    [run, t],
  );

  const makeUnread = useCallback<ConversationActions['makeUnread']>(
    async (row) => {
      try {
        await markUnread(row.id);
        await cache.refresh([row.id]);
      } catch (error) {
        showToast(failureText(t, error), { tone: 'danger' });
      }
    },
    [cache, t],
  );

  return { changeStatus, changeAssignee, makeUnread };
}

function failureText(t: (key: string) => string, error: unknown): string {
  const failure = toApiError(error);
  return failure.isNetwork ? t('error.offlineAction') : failure.message;
}
