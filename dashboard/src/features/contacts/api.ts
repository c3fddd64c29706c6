import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import type { contactSorts } from '@/config/paths';
import { answer, columnsOf, rest, rpc } from '@/lib/supabase';
import type { Condition } from '@/types/condition';

const attributes = z.nullable(z.record(z.string(), z.unknown()));
const contactSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  identifier: z.nullable(z.string()),
  blocked: z.boolean(),
  labels: z.array(z.string()),
  additional_attributes: attributes,
  custom_attributes: attributes,
  avatar_url: z.nullable(z.string()),
  identified: z.enum(['anonymous', 'claimed', 'verified']),
  last_activity_at: z.nullable(z.string()),
  created_at: z.string(),
});

export type Contact = z.infer<typeof contactSchema>;

/** Who a contact is, as far as whatever shows them has to know. */
export type ContactHead = Pick<Contact, 'id' | 'name' | 'email' | 'phone_number' | 'identified'> & {
  avatar_url?: string | null | undefined;
  blocked?: boolean | undefined;
};

/** Which contacts a list holds. */
export interface ContactFilter {
  query: string;
  sort: (typeof contactSorts)[number];
  conditions: Condition[] | null;
}

const PAGE_SIZE = 50;
const contactPageSchema = z.object({
  rows: z.array(contactSchema),
  next_cursor: z.nullable(z.unknown()),
});

export const contactListKey = (accountId: string) => ['contacts', accountId] as const;

/** Contacts whom one can reach or recognise, page by page. */
export const contactListQuery = (accountId: string, filter: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: [...contactListKey(accountId), filter],
    queryFn: async ({ pageParam }) => {
      const shared = {
        p_account_id: accountId,
        p_query: filter.query || null,
        p_sort: filter.sort,
        p_cursor: pageParam,
        p_limit: PAGE_SIZE,
      };
      return contactPageSchema.parse(
        filter.conditions
          ? await rpc('contact_filter', { ...shared, p_conditions: filter.conditions })
          : await rpc('contact_list', shared),
      );
    },
    initialPageParam: null as unknown,
    getNextPageParam: (last) => last.next_cursor,
  });

const reachSchema = z.object({
  rows: z.array(
    z.object({
      inbox_id: z.string(),
      name: z.string(),
      channel_type: z.string(),
      needs_template: z.boolean(),
    }),
  ),
  unreachable: z.array(z.object({ inbox_id: z.string(), name: z.string(), reason: z.string() })),
});

/** By which inboxes a contact can be written to first, and why not by the others. */
export type Reach = z.infer<typeof reachSchema>;

export const reachQuery = (contactId: string) =>
  queryOptions({
    queryKey: ['reach', contactId],
    queryFn: async (): Promise<Reach> =>
      reachSchema.parse(await rpc('contactable_inboxes', { p_contact_id: contactId })),
  });

export const contactKey = (accountId: string, contactId: string) =>
  ['contact', accountId, contactId] as const;

export const contactQuery = (accountId: string, contactId: string) =>
  queryOptions({
    queryKey: contactKey(accountId, contactId),
    queryFn: async (): Promise<Contact> =>
      contactSchema.parse(
        await answer(
          rest()
            .from('contacts')
            .select(columnsOf('contacts', contactSchema))
            .eq('account_id', accountId)
            .eq('id', contactId)
            .single(),
        ),
      ),
  });

export const saveContact = async (
  accountId: string,
  contactId: string | null,
  values: Partial<Pick<Contact, 'name' | 'email' | 'phone_number'>> & {
    custom_attributes?: Record<string, unknown>;
    additional_attributes?: Record<string, unknown>;
  },
): Promise<Contact> =>
  contactSchema.parse(
    await rpc('save_contact', { p_account_id: accountId, p_id: contactId, p_values: values }),
  );

/** The second contact becomes part of the first, who is returned. */
export const mergeContacts = async (baseId: string, mergeeId: string): Promise<Contact> =>
  contactSchema.parse(await rpc('merge_contacts', { p_base_id: baseId, p_mergee_id: mergeeId }));

/** The contact goes, with conversations and notes. */
export const deleteContact = (contactId: string): Promise<unknown> =>
  rpc('delete_contact', { p_id: contactId });

export const setContactLabels = (contactId: string, labels: string[]): Promise<unknown> =>
  rpc('set_contact_labels', { p_contact_id: contactId, p_labels: labels });

const noteSchema = z.object({
  id: z.string(),
  user_id: z.nullable(z.string()),
  content: z.string(),
  created_at: z.string(),
});

export type Note = z.infer<typeof noteSchema>;

/** What colleagues remember of a contact, newest first. */
export const notesQuery = (accountId: string, contactId: string) =>
  queryOptions({
    queryKey: ['notes', accountId, contactId],
    queryFn: async (): Promise<Note[]> =>
      z
        .array(noteSchema)
        .parse(
          await answer(
            rest()
              .from('notes')
              .select('id,user_id,content,created_at')
              .eq('account_id', accountId)
              .eq('contact_id', contactId)
              .order('id', { ascending: false })
              .limit(50),
          ),
        ),
  });

export const saveNote = (contactId: string, content: string): Promise<unknown> =>
  rpc('save_note', { p_contact_id: contactId, p_id: null, p_content: content });

export const deleteNote = (id: string): Promise<unknown> => rpc('delete_note', { p_id: id });

const pastSchema = z.object({
  id: z.string(),
  display_id: z.number(),
  status: z.enum(['open', 'pending', 'snoozed', 'resolved']),
  last_activity_at: z.string(),
  preview: z.nullable(z.object({ content: z.nullable(z.string()) })),
});

export type PastConversation = z.infer<typeof pastSchema>;

/** The contact's conversations this agent may see, newest first. */
export const pastConversationsQuery = (accountId: string, contactId: string) =>
  queryOptions({
    queryKey: ['past-conversations', accountId, contactId],
    queryFn: async (): Promise<PastConversation[]> =>
      z
        .array(pastSchema)
        .parse(
          await answer(
            rest()
              .from('conversations')
              .select('id,display_id,status,last_activity_at,preview')
              .eq('account_id', accountId)
              .eq('contact_id', contactId)
              .order('last_activity_at', { ascending: false })
              .limit(11),
          ),
        ),
  });
