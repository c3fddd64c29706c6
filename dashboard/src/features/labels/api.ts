import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest } from '@/lib/supabase';

const labelSchema = z.object({
  id: z.string(),
  title: z.string(),
  color: z.string(),
  show_on_sidebar: z.boolean(),
});

export type Label = z.infer<typeof labelSchema>;

/** The account's labels, by title. */
export const labelsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['labels', accountId],
    queryFn: async (): Promise<Label[]> =>
      z
        .array(labelSchema)
        .parse(
          await answer(
            rest()
              .from('labels')
              .select('id,title,color,show_on_sidebar')
              .eq('account_id', accountId)
              .order('title'),
          ),
        ),
  });
