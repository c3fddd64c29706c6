import * as z from 'zod/mini';
import { ApiError } from '@/lib/api-error';
import { rpc, session } from '@/lib/supabase';

/** Joins the account that an invitation is for; returns its id. */
export const acceptInvitation = async (token: string): Promise<string> =>
  z.object({ account_id: z.string() }).parse(await rpc('accept_invitation', { p_token: token }))
    .account_id;

/** Makes a login for somebody invited; false when the address has to be confirmed by e-mail first. */
export async function registerInvited(values: {
  name: string;
  email: string;
  password: string;
}): Promise<boolean> {
  const auth = await session().auth();
  const { data, error } = await auth.signUp({
    email: values.email,
    password: values.password,
    // The confirmation's link comes back here, where the invitation is still in the address.
    options: { data: { name: values.name }, emailRedirectTo: location.href },
  });
  if (error) throw new ApiError(error.code ?? 'unexpected', error.message, error.status ?? 0);
  return data.session !== null;
}
