import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { rpc } from './supabase';

const onlineSchema = z.object({ users: z.record(z.string(), z.enum(['online', 'busy'])) });

/** Who is at their desk now, by id; who is missing is away. Asked again while it is looked at. */
export const onlineQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['online', accountId],
    queryFn: async () =>
      onlineSchema.parse(await rpc('online_users', { p_account_id: accountId })).users,
    staleTime: 10_000,
    refetchInterval: 15_000,
  });
