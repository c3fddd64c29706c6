import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApiError } from './api-error';
import { openSupabase, rpc } from './supabase';

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
    expect(await rpc('x')).toEqual({ calls: 3 });
  });

  test('fails when it is sacrificed a third time', async () => {
    running = await server(3, '40P01');
    await expect(rpc('x')).rejects.toMatchObject({ code: '40P01' } satisfies Partial<ApiError>);
    expect(running.calls()).toBe(3);
  });

  test('is not repeated after any other error', async () => {
    running = await server(1, '23514');
    await expect(rpc('x')).rejects.toMatchObject({ code: '23514' });
    expect(running.calls()).toBe(1);
  });
});
