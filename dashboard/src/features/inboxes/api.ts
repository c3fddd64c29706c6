import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest } from '@/lib/supabase';

const inboxSchema = z.object({
  id: z.string(),
  name: z.string(),
  channel_type: z.string(),
  epoch: z.number(),
});

export type Inbox = z.infer<typeof inboxSchema>;

/** The inboxes this agent may see, by name. */
export const inboxesQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['inboxes', accountId],
    queryFn: async (): Promise<Inbox[]> =>
      z
        .array(inboxSchema)
        .parse(
          await answer(
            rest()
              .from('inboxes')
              .select('id,name,channel_type,epoch')
              .eq('account_id', accountId)
              .order('name'),
          ),
        ),
  });
