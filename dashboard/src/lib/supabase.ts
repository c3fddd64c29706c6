import { PostgrestClient } from '@supabase/postgrest-js';
import type { Env } from '@/config/env';
import { ApiError } from './api-error';
import { SessionStore } from './session';

interface Doors {
  env: Env;
  session: SessionStore;
  rest: PostgrestClient;
}

let doors: Doors | null = null;

/**
 * Opens the doors to Supabase. They are built from the packages supabase-js itself is made of:
 * storage and functions are not used here, and auth and realtime need not delay the first screen.
 */
export function openSupabase(env: Env): void {
  const session = new SessionStore(env, 'supadesk:session');
  const authorised: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Authorization', `Bearer ${(await session.accessToken()) ?? env.publishableKey}`);
    return fetch(input, { ...init, headers });
  };
  const rest = new PostgrestClient(`${env.supabaseUrl}/rest/v1`, {
    headers: { apikey: env.publishableKey },
    fetch: authorised,
  });
  doors = { env, session, rest };
}

function opened(): Doors {
  if (!doors) throw new Error('openSupabase was not called before the first use');
  return doors;
}

/** The installation's settings. */
export const env = (): Env => opened().env;

/** The signed-in agent. */
export const session = (): SessionStore => opened().session;

/** PostgREST, as the signed-in agent. */
export const rest = (): PostgrestClient => opened().rest;

interface Answer<T> {
  data: T | null;
  error: { code?: string; message: string; details?: string | null; hint?: string | null } | null;
  status: number;
}

/** Awaits a PostgREST call and throws its error as an `ApiError`. */
export async function answer<T>(call: PromiseLike<Answer<T>>): Promise<T> {
  const { data, error, status } = await call;
  if (error) {
    // The client reports a request that never arrived with status 0 and no code.
    const code = status === 0 ? 'network' : error.code || 'unexpected';
    throw new ApiError(code, error.message, status, error.details ?? null, error.hint ?? null);
  }
  return data as T;
}

/** Calls a database function. */
export function rpc<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
  return answer<T>(rest().rpc(name, args) as unknown as PromiseLike<Answer<T>>);
}
