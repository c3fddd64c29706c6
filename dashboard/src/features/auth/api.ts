import { ApiError } from '@/lib/api-error';
import { session } from '@/lib/supabase';

interface AuthFailure {
  code?: string | undefined;
  message: string;
  status?: number | undefined;
  name: string;
}

/** Codes whose sentence we say ourselves, in the reader's language; others keep the server's words. */
const ownWords: ReadonlySet<string> = new Set([
  'invalid_credentials',
  'email_not_confirmed',
  'user_already_exists',
  'email_exists',
  'weak_password',
  'same_password',
  'over_request_rate_limit',
  'over_email_send_rate_limit',
  'signup_disabled',
  'otp_expired',
]);

function check(error: AuthFailure | null): void {
  if (!error) return;
  if (error.name === 'AuthRetryableFetchError') throw new ApiError('network', error.message, 0);
  throw new ApiError(error.code ?? 'unexpected', error.message, error.status ?? 0);
}

/** The sentence to show for a failed sign-in step. */
export function authMessage(t: (key: string) => string, error: ApiError): string {
  if (error.isNetwork) return t('error.network');
  return ownWords.has(error.code) ? t(`auth.error.${error.code}`) : error.message;
}

export async function signIn(email: string, password: string): Promise<void> {
  const { error } = await (await session().auth()).signInWithPassword({ email, password });
  check(error);
}

/** Registers a person; false when the address has to be confirmed by e-mail first. */
export async function signUp(input: {
  email: string;
  password: string;
  name: string;
  workspace: string;
}): Promise<boolean> {
  const { data, error } = await (await session().auth()).signUp({
    email: input.email,
    password: input.password,
    // The workspace waits in the metadata in case the session only starts from the e-mail's link.
    options: {
      data: { name: input.name, workspace: input.workspace },
      emailRedirectTo: `${location.origin}/`,
    },
  });
  check(error);
  return data.session !== null;
}

export async function requestPasswordReset(email: string): Promise<void> {
  const { error } = await (await session().auth()).resetPasswordForEmail(email, {
    redirectTo: `${location.origin}/reset-password`,
  });
  check(error);
}

export async function changePassword(password: string): Promise<void> {
  const { error } = await (await session().auth()).updateUser({ password });
  check(error);
  session().recovering = false;
}
