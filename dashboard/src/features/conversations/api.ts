import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import type { Tab } from '@/config/paths';
import { loadPart } from '@/lib/parts';
import { type Arguments, answer, rest, rpc } from '@/lib/supabase';
import type { TemplateParams } from '@/lib/templates';
import type { Condition } from '@/types/condition';
import {
  type Conversation,
  type ConversationStatus,
  conversationSchema,
  type Priority,
} from '@/types/conversation';
import type { About } from './conditions';

export const sorts = [
  'newest',
  'oldest',
  'waiting',
  'priority',
  'created',
  'created_oldest',
] as const;
export const statusFilters = ['open', 'pending', 'snoozed', 'resolved', 'all'] as const;

/** What a list holds; every part of it is in the address. */
export interface ListFilter {
  tab: Tab;
  /** Lists of one's own that are neither a tab nor a field. */
  view: 'mention' | 'participating' | 'unattended' | null;
  status: (typeof statusFilters)[number];
  sort: (typeof sorts)[number];
  inboxId: string | null;
  teamId: string | null;
  /** Conversations with any of these. */
  labels: string[];
  priority: Priority | null;
  assigneeId: string | null;
  /** Conditions that an agent put together; they stand alone, without any of the above but the order. */
  conditions: Condition[] | null;
}

/** Which conversations, without their order and without the tab. */
export type Scope = Omit<ListFilter, 'tab' | 'sort'>;

const countsSchema = z.object({ mine: z.number(), unassigned: z.number(), all: z.number() });
const pageSchema = z.object({
  rows: z.array(conversationSchema),
  next_cursor: z.nullable(z.unknown()),
  /** With the first page only. */
  counts: z.nullable(countsSchema),
});

export type Counts = z.infer<typeof countsSchema>;
export type Page = z.infer<typeof pageSchema>;

const PAGE_SIZE = 50;

export const fetchPage = async (
  accountId: string,
  filter: ListFilter,
  cursor: unknown,
  limit = PAGE_SIZE,
): Promise<Page> =>
  pageSchema.parse(
    filter.conditions
      ? await rpc('conversation_filter', {
          p_account_id: accountId,
          p_conditions: filter.conditions,
          p_sort: filter.sort,
          p_cursor: cursor,
          p_limit: limit,
        })
      : await rpc('conversation_list', {
          p_account_id: accountId,
          p_tab: filter.tab,
          p_status: filter.status,
          p_inbox_id: filter.inboxId,
          p_sort: filter.sort,
          p_cursor: cursor,
          p_limit: limit,
          ...(filter.teamId && { p_team_id: filter.teamId }),
          ...(filter.labels.length > 0 && { p_labels: filter.labels }),
          ...(filter.view && { p_view: filter.view }),
          ...(filter.priority && { p_priority: filter.priority }),
          ...(filter.assigneeId && { p_assignee_id: filter.assigneeId }),
        }),
  );

/** Which of these, at most 200, meet the conditions. */
export const fetchMeeting = async (
  accountId: string,
  conditions: Condition[],
  ids: string[],
): Promise<Set<string>> => {
  const meeting = pageSchema.parse(
    await rpc('conversation_filter', {
      p_account_id: accountId,
      p_conditions: conditions,
      p_limit: 100,
      p_ids: ids,
    }),
  );
  return new Set(meeting.rows.map((row) => row.id));
};

export const listKey = (accountId: string) => ['conversations', accountId] as const;

export const listQuery = (accountId: string, filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: [...listKey(accountId), filter],
    queryFn: ({ pageParam }) => fetchPage(accountId, filter, pageParam),
    initialPageParam: null as unknown,
    getNextPageParam: (page) => page.next_cursor,
    // Pages that are loaded stay as they are; comparing them all with themselves for each new one takes
    // longer the further one scrolls.
    structuralSharing: false,
  });

/** Saved views, for which there is time after the first screen. */
export const savedViewsQuery = (accountId: string, about: About = 'conversation') =>
  queryOptions({
    queryKey: ['saved-views', accountId, about],
    queryFn: async () => (await loadPart(() => import('./views'))).fetchViews(accountId, about),
  });

/** How many conversations each tab holds; apart from the list, which changes more often. */
export const countsQuery = (accountId: string, scope: Scope) =>
  queryOptions({
    queryKey: ['counts', accountId, scope],
    queryFn: async (): Promise<Counts | null> =>
      (await fetchPage(accountId, { ...scope, tab: 'all', sort: 'newest' }, null, 1)).counts,
  });

/** All open conversations: what the navigation counts. */
export const everythingOpen: Scope = {
  view: null,
  status: 'open',
  inboxId: null,
  teamId: null,
  labels: [],
  priority: null,
  assigneeId: null,
  conditions: null,
};

export const conversationQuery = (accountId: string, displayId: number) =>
  queryOptions({
    queryKey: ['conversation', accountId, displayId],
    queryFn: async (): Promise<Conversation> =>
      conversationSchema.parse(
        await rpc('conversation_by_display_id', {
          p_account_id: accountId,
          p_display_id: displayId,
        }),
      ),
  });

export const fetchRows = async (ids: string[]): Promise<Conversation[]> =>
  z.array(conversationSchema).parse(await rpc('conversation_rows', { p_ids: ids }));

type Changing =
  | 'set_conversation_status'
  | 'assign_conversation'
  | 'set_team'
  | 'set_priority'
  | 'set_labels'
  | 'set_custom_attributes'
  | 'mute_contact';

/** Calls a function that changes one conversation and answers with its row. */
const change = async <Name extends Changing>(
  name: Name,
  id: string,
  values: Omit<Arguments<Name>, 'p_conversation_id'>,
): Promise<Conversation> =>
  conversationSchema.parse(
    await rpc(name, { p_conversation_id: id, ...values } as Arguments<Name>),
  );

/** Writes to a contact first; with the same message id again it is the same conversation. */
export const startConversation = async (values: {
  accountId: string;
  contactId: string;
  inboxId: string;
  messageId: string;
  content: string;
  template?: TemplateParams;
}): Promise<Conversation> =>
  conversationSchema.parse(
    await rpc('start_conversation', {
      p_account_id: values.accountId,
      p_contact_id: values.contactId,
      p_inbox_id: values.inboxId,
      p_message_id: values.messageId,
      p_content: values.content,
      p_content_attributes: values.template ? { template_params: values.template } : {},
    }),
  );

export const setStatus = (
  id: string,
  status: ConversationStatus,
  snoozedUntil: string | null,
): Promise<Conversation> =>
  change('set_conversation_status', id, { p_status: status, p_snoozed_until: snoozedUntil });

export const assign = (id: string, assigneeId: string | null): Promise<Conversation> =>
  change('assign_conversation', id, { p_assignee_id: assigneeId });

export const setTeam = (id: string, teamId: string | null): Promise<Conversation> =>
  change('set_team', id, { p_team_id: teamId });

export const setPriority = (id: string, priority: Priority | null): Promise<Conversation> =>
  change('set_priority', id, { p_priority: priority });

export const setLabels = (id: string, labels: string[]): Promise<Conversation> =>
  change('set_labels', id, { p_labels: labels });

export const setCustomAttributes = (
  id: string,
  attributes: Record<string, unknown>,
): Promise<Conversation> => change('set_custom_attributes', id, { p_attributes: attributes });

export const muteContact = (id: string, muted: boolean): Promise<Conversation> =>
  change('mute_contact', id, { p_muted: muted });

export const deleteConversation = (id: string): Promise<void> =>
  rpc('delete_conversation', { p_conversation_id: id });

/** What many conversations can be given at once. */
export interface BulkChanges {
  status?: ConversationStatus;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  team_id?: string | null;
  priority?: Priority | null;
  add_labels?: string[];
  remove_labels?: string[];
}

/** What the database takes in one call. */
export const BULK_SIZE = 100;

const bulkSchema = z.object({
  rows: z.array(conversationSchema),
  errors: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
});

/** Conversations that were changed, as they are now, and why others stayed as they were. */
export type BulkAnswer = z.infer<typeof bulkSchema>;

export const bulkUpdate = async (ids: string[], changes: BulkChanges): Promise<BulkAnswer> =>
  bulkSchema.parse(await rpc('bulk_update_each', { p_ids: ids, p_changes: changes }));

export const markRead = (id: string): Promise<void> =>
  rpc('mark_conversation_read', { p_conversation_id: id });

export const markUnread = (id: string): Promise<void> =>
  rpc('mark_conversation_unread', { p_conversation_id: id });

const participantSchema = z.object({ user_id: z.string() });

/** Who follows a conversation. */
export const participantsQuery = (conversationId: string) =>
  queryOptions({
    queryKey: ['participants', conversationId],
    queryFn: async (): Promise<string[]> =>
      z
        .array(participantSchema)
        .parse(
          await answer(
            rest()
              .from('conversation_participants')
              .select('user_id')
              .eq('conversation_id', conversationId),
          ),
        )
        .map((participant) => participant.user_id),
  });

export const setParticipant = (
  conversationId: string,
  userId: string,
  participant: boolean,
): Promise<void> =>
  rpc('set_participant', {
    p_conversation_id: conversationId,
    p_user_id: userId,
    p_participant: participant,
  });
