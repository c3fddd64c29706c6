import { useMemo } from 'react';
import { type Translate, useTranslation } from '@/i18n';
import { failureText } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import type { Conversation, ConversationStatus, Priority } from '@/types/conversation';
import {
  assign,
  deleteConversation,
  markUnread,
  muteContact,
  setCustomAttributes,
  setLabels,
  setPriority,
  setStatus,
  setTeam,
} from './api';
import type { ConversationCache } from './cache';

export interface Named {
  id: string;
  name: string;
}

export interface ConversationActions {
  changeStatus: (
    row: Conversation,
    status: ConversationStatus,
    snoozedUntil?: string | null,
  ) => void;
  changeAssignee: (row: Conversation, assignee: Named | null) => void;
  changeTeam: (row: Conversation, team: Named | null) => void;
  changePriority: (row: Conversation, priority: Priority | null) => void;
  changeLabels: (row: Conversation, labels: string[]) => void;
  changeAttributes: (row: Conversation, attributes: Record<string, unknown>) => void;
  mute: (row: Conversation, muted: boolean) => void;
  makeUnread: (row: Conversation) => void;
  remove: (row: Conversation) => Promise<boolean>;
}

/** What an agent can do to conversations: shown at once, undone by one click or by a refusal. */
export function useConversationActions(cache: ConversationCache): ConversationActions {
  const { t } = useTranslation();
  return useMemo(() => conversationActions(cache, t), [cache, t]);
}

function conversationActions(cache: ConversationCache, t: Translate): ConversationActions {
  const refuse = (error: unknown): void => showToast(failureText(t, error), { tone: 'danger' });

  /** Shows a change before the server confirmed it, and takes it back if the server does not. */
  async function run(
    before: Conversation,
    after: Conversation,
    call: () => Promise<Conversation>,
  ): Promise<boolean> {
    cache.put([before.id], [after]);
    try {
      cache.put([before.id], [await call()]);
      return true;
    } catch (error) {
      cache.put([before.id], [before]);
      refuse(error);
      return false;
    }
  }

  /** One change of one field, with a notice that undoes it. */
  async function change<Key extends keyof Conversation>(
    row: Conversation,
    key: Key,
    value: Conversation[Key],
    call: (id: string, value: Conversation[Key]) => Promise<Conversation>,
    notice: string,
  ): Promise<void> {
    if (row[key] === value) return;
    const after = { ...row, [key]: value };
    if (!(await run(row, after, () => call(row.id, value)))) return;
    showToast(notice, {
      action: {
        label: t('common.undo'),
        run: () => void run(after, row, () => call(row.id, row[key])),
      },
    });
  }

  return {
    changeStatus: async (row, status, snoozedUntil = null) => {
      const after = { ...row, status, snoozed_until: snoozedUntil };
      if (!(await run(row, after, () => setStatus(row.id, status, snoozedUntil)))) return;
      showToast(t(`toast.${status}`, { id: row.display_id }), {
        action: {
          label: t('common.undo'),
          run: () => void run(after, row, () => setStatus(row.id, row.status, row.snoozed_until)),
        },
      });
    },
    changeAssignee: (row, assignee) =>
      void change(
        row,
        'assignee_id',
        assignee?.id ?? null,
        assign,
        assignee
          ? t('toast.assigned', { id: row.display_id, name: assignee.name })
          : t('toast.unassigned', { id: row.display_id }),
      ),
    changeTeam: (row, team) =>
      void change(
        row,
        'team_id',
        team?.id ?? null,
        (id, value) => setTeam(id, value ?? null),
        team
          ? t('toast.team', { id: row.display_id, name: team.name })
          : t('toast.noTeam', { id: row.display_id }),
      ),
    changePriority: (row, priority) =>
      void change(
        row,
        'priority',
        priority,
        (id, value) => setPriority(id, value ?? null),
        t('toast.priority', {
          id: row.display_id,
          priority: t(priority ? `priority.${priority}` : 'priority.none'),
        }),
      ),
    changeLabels: (row, labels) =>
      void run(row, { ...row, labels }, () => setLabels(row.id, labels)),
    changeAttributes: (row, attributes) =>
      void run(row, { ...row, custom_attributes: attributes }, () =>
        setCustomAttributes(row.id, attributes),
      ),
    mute: async (row, muted) => {
      const after: Conversation = {
        ...row,
        ...(muted ? { status: 'resolved', snoozed_until: null } : {}),
        contact: { ...row.contact, blocked: muted },
      };
      if (await run(row, after, () => muteContact(row.id, muted)))
        showToast(t(muted ? 'toast.muted' : 'toast.unmuted'));
    },
    makeUnread: async (row) => {
      try {
        await markUnread(row.id);
        await cache.refresh([row.id]);
      } catch (error) {
        refuse(error);
      }
    },
    remove: async (row) => {
      try {
        await deleteConversation(row.id);
        cache.put([row.id], []);
        showToast(t('toast.deleted', { id: row.display_id }));
        return true;
      } catch (error) {
        refuse(error);
        return false;
      }
    },
  };
}
