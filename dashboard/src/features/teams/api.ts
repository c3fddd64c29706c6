import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest } from '@/lib/supabase';

const teamSchema = z.object({ id: z.string(), name: z.string(), epoch: z.number() });

export type Team = z.infer<typeof teamSchema>;

/** The account's teams, by name. */
export const teamsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['teams', accountId],
    queryFn: async (): Promise<Team[]> =>
      z
        .array(teamSchema)
        .parse(
          await answer(
            rest().from('teams').select('id,name,epoch').eq('account_id', accountId).order('name'),
          ),
        ),
  });

const membershipSchema = z.object({ team_id: z.string() });

/** The ids of the teams an agent belongs to. */
export const myTeamsQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: ['my-teams', accountId, userId],
    queryFn: async (): Promise<string[]> =>
      z
        .array(membershipSchema)
        .parse(
          await answer(
            rest()
              .from('team_members')
              .select('team_id')
              .eq('account_id', accountId)
              .eq('user_id', userId),
          ),
        )
        .map((membership) => membership.team_id),
  });
