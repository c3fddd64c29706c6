import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest, rpc } from '@/lib/supabase';

const accountSchema = z.object({ id: z.string(), name: z.string(), locale: z.string() });
const memberSchema = z.object({
  user_id: z.string(),
  role: z.enum(['agent', 'administrator']),
  availability: z.enum(['online', 'busy', 'offline']),
});
const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  display_name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  avatar_url: z.nullable(z.string()),
});

export type Account = z.infer<typeof accountSchema>;

/** A colleague in this account. */
export interface Member {
  id: string;
  name: string;
  email: string | null;
  avatarUrl: string | null;
  role: 'agent' | 'administrator';
  availability: 'online' | 'busy' | 'offline';
}

export const accountsQuery = (userId: string) =>
  queryOptions({
    queryKey: ['accounts', userId],
    queryFn: async (): Promise<Account[]> =>
      z
        .array(accountSchema)
        .parse(await answer(rest().from('accounts').select('id,name,locale').order('name'))),
  });

/** Colleagues, by name. Two small requests: the tables are joined here, not by a foreign key hint. */
export const membersQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['members', accountId],
    queryFn: async (): Promise<Member[]> => {
      const memberships = z
        .array(memberSchema)
        .parse(
          await answer(
            rest()
              .from('account_users')
              .select('user_id,role,availability')
              .eq('account_id', accountId),
          ),
        );
      const users = z.array(userSchema).parse(
        await answer(
          rest()
            .from('users')
            .select('id,name,display_name,email,avatar_url')
            .in(
              'id',
              memberships.map((membership) => membership.user_id),
            ),
        ),
      );
      const byId = new Map(users.map((user) => [user.id, user]));
      return memberships
        .flatMap(({ user_id, role, availability }) => {
          const user = byId.get(user_id);
          if (!user) return [];
          return [
            {
              id: user.id,
              name: user.display_name || user.name,
              email: user.email,
              avatarUrl: user.avatar_url,
              role,
              availability,
            },
          ];
        })
        .sort((a, b) => a.name.localeCompare(b.name));
    },
  });

export const createAccount = async (name: string, locale: string): Promise<{ id: string }> =>
  z
    .object({ id: z.string() })
    .parse(await rpc('create_account', { p_name: name, p_locale: locale }));
