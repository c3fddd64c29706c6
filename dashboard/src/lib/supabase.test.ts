import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import * as z from 'zod/mini';
import type { ApiError } from './api-error';
import { answer, columnsOf, openSupabase, rest, rpc } from './supabase';

describe('the schema in the types', () => {
  it('lists the columns of a schema', () => {
    expect(columnsOf('teams', z.object({ id: z.string(), name: z.string() }))).toBe('id,name');
  });

  // Never called: `npm run check` fails as soon as one of these is no mistake any more.
  const mistakes = async () => {
    // @ts-expect-error: no such column
    await answer(rest().from('teams').select('id,nmae'));
    // @ts-expect-error: no such column to filter by
    await answer(rest().from('teams').select('id').eq('acount_id', ''));
    // @ts-expect-error: no such column in the schema
    columnsOf('teams', z.object({ nmae: z.string() }));
    // @ts-expect-error: no such function
    await rpc('asign_conversation', { p_conversation_id: '' });
    // @ts-expect-error: no such argument
    await rpc('assign_conversation', { p_conversation_id: '', p_asignee_id: null });
    // @ts-expect-error: an argument is missing
    await rpc('assign_conversation', { p_assignee_id: null });
    // @ts-expect-error: clients may not change an account's status
    await answer(rest().from('accounts').update({ status: 'suspended' }).eq('id', '').select('id'));
  };

  it('refuses what the database has not', () => expect(mistakes).toBeTypeOf('function'));
});

/** A server that fails so many times with this code before it answers. */
async function server(failures: number, code: string) {
  let calls = 0;
  const http = createServer((_, response) => {
    calls += 1;
    const fails = calls <= failures;
    response.writeHead(fails ? 500 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(fails ? { code, message: 'no' } : { calls }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  openSupabase({
    supabaseUrl: `http://127.0.0.1:${port}`,
    publishableKey: 'key',
    apiUrl: '',
  } as Parameters<typeof openSupabase>[0]);
  return { calls: () => calls, close: () => http.close() };
}

describe('a call that the database sacrificed to another one', () => {
  let running: Awaited<ReturnType<typeof server>>;
  beforeEach(() => {
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: vi.fn(), removeItem: vi.fn() });
  });
  afterEach(() => {
    running.close();
    vi.unstubAllGlobals();
  });

  test.each(['40P01', '40001', '55P03'])('is tried again (%s)', async (code) => {
    running = await server(2, code);
    expect(await rpc('my_ui_settings', {})).toEqual({ calls: 3 });
  });

  test('fails when it is sacrificed a third time', async () => {
    running = await server(3, '40P01');
    await expect(rpc('my_ui_settings', {})).rejects.toMatchObject({
      code: '40P01',
    } satisfies Partial<ApiError>);
    expect(running.calls()).toBe(3);
  });

  test('is not repeated after any other error', async () => {
    running = await server(1, '23514');
    await expect(rpc('my_ui_settings', {})).rejects.toMatchObject({ code: '23514' });
    expect(running.calls()).toBe(1);
  });
});
