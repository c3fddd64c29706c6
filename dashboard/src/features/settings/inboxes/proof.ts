import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { queryClient } from '@/lib/query-client';
import { rpc } from '@/lib/supabase';
import { type Check, checkSchema } from '../api';
import { service } from '../service';

const refresh = (accountId: string): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: ['settings', accountId, 'channel_connections'] });

/** Has the provider asked whether all is right. */
export async function checkChannel(accountId: string, inboxId: string): Promise<Check> {
  const result = checkSchema.parse(await service(`/channels/${inboxId}/check`, {}));
  await refresh(accountId);
  return result;
}

/** Has the provider told where to report to, and then asked whether it does. */
export async function setWebhook(accountId: string, inboxId: string): Promise<Check> {
  await service(`/channels/${inboxId}/webhook`, {});
  return checkChannel(accountId, inboxId);
}

/** Sends a test message; a refusal may be news about the credentials. */
export async function sendTest(
  accountId: string,
  inboxId: string,
  to: string,
  locale: string,
): Promise<void> {
  try {
    await service(`/channels/${inboxId}/test`, { to, locale });
  } finally {
    await refresh(accountId);
  }
}

const recipientSchema = z.object({
  to: z.string(),
  name: z.nullable(z.string()),
  last_incoming_at: z.string(),
});
/** Who wrote lately; asked again while it is looked at, since one is meant to write oneself. */
export const recipientsQuery = (inboxId: string) =>
  queryOptions({
    queryKey: ['test-recipients', inboxId],
    queryFn: async () =>
      z.array(recipientSchema).parse(await rpc('channel_test_recipients', { p_inbox_id: inboxId })),
    refetchInterval: 5_000,
  });

const failuresSchema = z.object({ failed: z.number(), unknown: z.number() });
/** How many messages of the last day the provider did not take, or may not have. */
export const failuresQuery = (inboxId: string) =>
  queryOptions({
    queryKey: ['connection-failures', inboxId],
    queryFn: async () =>
      failuresSchema.parse(await rpc('connection_failures', { p_inbox_id: inboxId })),
    refetchInterval: 30_000,
  });

export type SignInProvider = 'google' | 'microsoft';
const providersSchema = z.object({ providers: z.array(z.enum(['google', 'microsoft'])) });
/** At whom mailboxes can be opened by signing in. */
export const providersQuery = queryOptions({
  queryKey: ['mailbox-providers'],
  queryFn: async () => providersSchema.parse(await service('/oauth/providers')).providers,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The provider's page to sign in at, for a new inbox of this name or an inbox again. */
export async function signInUrl(
  provider: SignInProvider,
  asked: { account_id: string } & ({ name: string } | { inbox_id: string }),
): Promise<string> {
  const query = new URLSearchParams(asked);
  return z.object({ url: z.url() }).parse(await service(`/oauth/${provider}/start?${query}`)).url;
}

const finishedSchema = z.object({
  account_id: z.string(),
  inbox_id: z.string(),
  address: z.string(),
});

/** Hands in what the provider sent back. It works once. */
export const finishSignIn = async (provider: string, code: string, state: string) =>
  finishedSchema.parse(await service(`/oauth/${provider}/finish`, { code, state }));
