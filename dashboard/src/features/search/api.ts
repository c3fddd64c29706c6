import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest, rpc } from '@/lib/supabase';
import { conversationSchema } from '@/types/conversation';

export const kinds = ['conversations', 'messages', 'contacts'] as const;
export type Kind = (typeof kinds)[number];

const messageHitSchema = z.object({
  id: z.string(),
  conversation_id: z.string(),
  display_id: z.number(),
  content: z.nullable(z.string()),
  private: z.boolean(),
  sender_name: z.nullish(z.string()),
  contact_name: z.nullish(z.string()),
  created_at: z.string(),
});
const contactHitSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  avatar_url: z.nullish(z.string()),
});
const rowsOf = <Row extends z.ZodMiniType>(row: Row) => z.object({ rows: z.array(row) });
const resultSchema = z.object({
  conversations: rowsOf(conversationSchema),
  messages: rowsOf(messageHitSchema),
  contacts: rowsOf(contactHitSchema),
});

export type Found = z.infer<typeof resultSchema>;

/** Everything that has these words, in what this agent may see. */
export const searchQuery = (accountId: string, text: string) =>
  queryOptions({
    queryKey: ['search', accountId, text],
    queryFn: async (): Promise<Found> =>
      resultSchema.parse(
        await rpc('search', { p_account_id: accountId, p_query: text, p_kind: 'all' }),
      ),
    enabled: text.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

const newestSchema = z.array(z.object({ display_id: z.number() }));

/** The contact's newest conversation this agent may see; null when there is none. */
export async function contactConversation(
  accountId: string,
  contactId: string,
): Promise<number | null> {
  const [newest] = newestSchema.parse(
    await answer(
      rest()
        .from('conversations')
        .select('display_id')
        .eq('account_id', accountId)
        .eq('contact_id', contactId)
        .order('last_activity_at', { ascending: false })
        .limit(1),
    ),
  );
  return newest?.display_id ?? null;
}
