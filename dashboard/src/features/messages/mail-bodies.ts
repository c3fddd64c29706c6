import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest } from '@/lib/supabase';

const form = z.catch(
  z.object({
    full: z.catch(z.string(), ''),
    reply: z.catch(z.string(), ''),
    quoted: z.catch(z.string(), ''),
  }),
  { full: '', reply: '', quoted: '' },
);
const rowsSchema = z.array(z.object({ id: z.string(), html: form, text: form }));

/** Both forms of a mail, each with the new part and what it quotes. */
export type MailBodies = Omit<z.infer<typeof rowsSchema>[number], 'id'>;

const waiting = new Map<string, { ids: Set<string>; answer: Promise<Map<string, MailBodies>> }>();

async function fetchBodies(conversationId: string, ids: Set<string>) {
  const rows = rowsSchema.parse(
    await answer(
      rest()
        .from('messages')
        .select(
          'id,html:content_attributes->email->html_content,text:content_attributes->email->text_content',
        )
        .eq('conversation_id', conversationId)
        .in('id', [...ids]),
    ),
  );
  return new Map(rows.map(({ id, ...bodies }) => [id, bodies]));
}

/** Fetches the mails asked for within one moment with a single request. */
function bodiesOf(conversationId: string, id: string): Promise<MailBodies | null> {
  const known = waiting.get(conversationId);
  const ids = known?.ids ?? new Set<string>();
  const fetched =
    known?.answer ??
    new Promise<void>((resolve) => setTimeout(resolve, 10)).then(() => {
      waiting.delete(conversationId);
      return fetchBodies(conversationId, ids);
    });
  if (!known) waiting.set(conversationId, { ids, answer: fetched });
  ids.add(id);
  return fetched.then((found) => found.get(id) ?? null);
}

/** A mail does not change once it is here. */
export const mailBodiesQuery = (conversationId: string, id: string) =>
  queryOptions({
    queryKey: ['mail-bodies', id],
    queryFn: () => bodiesOf(conversationId, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
