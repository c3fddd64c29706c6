import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, columnsOf, rest, rpc } from '@/lib/supabase';
import type { Condition } from '@/types/condition';
import { everythingOpen, fetchPage } from './api';
import type { About } from './conditions';

// Whoever saves by the API may write numbers and truths as what they are, and leave out what is nothing.
const keptSchema = z.pipe(
  z.object({
    attribute_key: z.string(),
    filter_operator: z.string(),
    values: z.nullish(z.array(z.unknown())),
    query_operator: z.nullish(z.enum(['and', 'or'])),
  }),
  z.transform(
    ({ values, query_operator, ...kept }): Condition => ({
      ...kept,
      values: (values ?? []).map(String),
      query_operator: query_operator ?? null,
    }),
  ),
);
const viewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Null: everybody's in the account. */
  user_id: z.nullable(z.string()),
  conditions: z.array(keptSchema),
});

/** Conditions under a name. */
export type SavedView = z.infer<typeof viewSchema>;

/** One's own views and those of everybody, by name. */
export const fetchViews = async (accountId: string, about: About): Promise<SavedView[]> =>
  z
    .array(viewSchema)
    .parse(
      await answer(
        rest()
          .from('custom_filters')
          .select(columnsOf('custom_filters', viewSchema))
          .eq('account_id', accountId)
          .eq('filter_type', about)
          .order('name'),
      ),
    );

/** How many conversations a view holds; counted now and then, since each count is a search. */
export const viewCountQuery = (accountId: string, { id, conditions }: SavedView) =>
  queryOptions({
    queryKey: ['view-count', accountId, id, conditions],
    queryFn: async (): Promise<number> => {
      const filter = { ...everythingOpen, conditions, tab: 'all', sort: 'newest' } as const;
      return (await fetchPage(accountId, filter, null, 1)).counts?.all ?? 0;
    },
    staleTime: 30_000,
    refetchInterval: 60_000,
  });

/** Saves a new view, or changes one; answers with it. */
export const saveView = async (
  accountId: string,
  about: About,
  view: { id: string | null; name: string; conditions: Condition[]; shared: boolean },
): Promise<SavedView> =>
  viewSchema.parse(
    await rpc('save_custom_filter', {
      p_account_id: accountId,
      p_id: view.id,
      p_name: view.name,
      p_conditions: view.conditions,
      p_shared: view.shared,
      p_type: about,
    }),
  );

export const deleteView = (id: string): Promise<void> => rpc('delete_custom_filter', { p_id: id });
