import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { rpc } from '@/lib/supabase';

const cannedResponseSchema = z.object({
  id: z.string(),
  short_code: z.string(),
  content: z.string(),
});
const listSchema = z.object({ rows: z.array(cannedResponseSchema) });

export type CannedResponse = z.infer<typeof cannedResponseSchema>;

/** Canned responses for what was typed, best first; null asks for nothing yet. */
export const cannedResponsesQuery = (accountId: string, query: string | null) =>
  queryOptions({
    queryKey: ['canned-responses', accountId, query],
    queryFn: async (): Promise<CannedResponse[]> =>
      listSchema.parse(
        await rpc('canned_response_list', { p_account_id: accountId, p_query: query }),
      ).rows,
    enabled: query !== null,
    placeholderData: keepPreviousData,
  });
