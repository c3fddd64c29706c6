import { PostgrestClient } from '@supabase/postgrest-js';
import type * as z from 'zod/mini';
import type { Env } from '@/config/env';
import type { Database, Json } from '@/types/database';
import { ApiError } from './api-error';
import { SessionStore } from './session';

interface Doors {
  env: Env;
  session: SessionStore;
  rest: PostgrestClient<Database>;
  fetch: typeof fetch;
}

let doors: Doors | null = null;

/**
 * Opens the doors to Supabase. They are built from the packages supabase-js itself is made of:
 * functions are not used here, storage is two calls, and auth and realtime need not delay the first
 * screen.
 */
export function openSupabase(env: Env): void {
  const session = new SessionStore(env, 'supadesk:session');
  const authorised: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Authorization', `Bearer ${(await session.accessToken()) ?? env.publishableKey}`);
    return fetch(input, { ...init, headers });
  };
  const rest = new PostgrestClient<Database>(`${env.supabaseUrl}/rest/v1`, {
    headers: { apikey: env.publishableKey },
    fetch: authorised,
  });
  doors = { env, session, rest, fetch: authorised };
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
export const rest = (): PostgrestClient<Database> => opened().rest;

interface Answer<T> {
  data: T | null;
  error: { code?: string; message: string; details?: string | null; hint?: string | null } | null;
  status: number;
}

type Tables = Database['public']['Tables'];
type Functions = Database['public']['Functions'];

/** A table or view that a client may read. */
export type TableName = keyof Tables;

/** A row of a table, as far as a client may read it. */
export type Row<Table extends TableName> = Tables[Table]['Row'];

/** What a client may change of a row. */
export type Change<Table extends TableName> = Tables[Table]['Update'];

/** A function that a client may call. */
export type FunctionName = keyof Functions;

/** A function's arguments. Each takes null, and jsonb takes anything, which the generator does not say. */
export type Arguments<Name extends FunctionName> = {
  [Key in keyof Functions[Name]['Args']]: Json extends Functions[Name]['Args'][Key]
    ? unknown
    : Functions[Name]['Args'][Key] | null;
};

/** The client's types make a text of a select that names what the table has not; nothing fits it. */
type Sound<T> = [T extends readonly (infer Item)[] ? Item : T] extends [{ error: true }]
  ? never
  : unknown;

/** Awaits a PostgREST call and throws its error as an `ApiError`. */
export async function answer<T>(call: PromiseLike<Answer<T>> & Sound<T>): Promise<T> {
  const { data, error, status } = await (call as PromiseLike<Answer<T>>);
  if (error) {
    // The client reports a request that never arrived with status 0 and no code.
    const code = status === 0 ? 'network' : error.code || 'unexpected';
    throw new ApiError(code, error.message, status, error.details ?? null, error.hint ?? null);
  }
  return data as T;
}

/**
 * The columns that a schema reads, each of which the table has. For the client's types it is a
 * select of everything: they cannot read what is put together.
 */
export const columnsOf = <Table extends TableName, Shape>(
  _table: Table,
  schema: z.ZodMiniObject<Shape & { [Key in Exclude<keyof Shape, keyof Row<Table>>]: never }>,
): '*' => Object.keys(schema.shape).join(',') as '*';

/** Deadlock, serialisation failure, lock not available: all was undone, and another try may succeed. */
const UNLUCKY = ['40P01', '40001', '55P03'];

/** Calls a database function, up to three times when it was sacrificed to another one. */
export async function rpc<Name extends FunctionName, T>(
  name: Name,
  args: Arguments<Name>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await answer<T>(
        rest().rpc(name, args as never) as unknown as PromiseLike<Answer<T>> & Sound<T>,
      );
    } catch (error) {
      if (attempt === 3 || !UNLUCKY.includes((error as ApiError).code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * (20 + 80 * Math.random())));
    }
  }
}

/** Calls Storage as the signed-in agent; answers what it answers, or throws an `ApiError`. */
export async function storage<T>(path: string, init: RequestInit): Promise<T> {
  const { env: settings, fetch: authorised } = opened();
  const headers = new Headers(init.headers);
  headers.set('apikey', settings.publishableKey);
  const response = await authorised(`${settings.supabaseUrl}/storage/v1/${path}`, {
    ...init,
    headers,
  });
  const body = (await response.json().catch(() => ({}))) as { error?: string; message?: string };
  if (!response.ok)
    throw new ApiError(body.error ?? 'unexpected', body.message ?? '', response.status);
  return body as T;
}
