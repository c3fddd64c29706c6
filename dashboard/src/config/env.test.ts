import { expect, test } from 'vitest';
import { readEnv } from './env';

test('every missing setting is named at once', () => {
  expect(readEnv(undefined)).toEqual({ missing: ['supabaseUrl', 'publishableKey', 'apiUrl'] });
  expect(readEnv({ supabaseUrl: 'https://x.test', publishableKey: 'k', apiUrl: 'nope' })).toEqual({
    missing: ['apiUrl'],
  });
});

test('complete settings pass through', () => {
  const env = { supabaseUrl: 'https://x.test', publishableKey: 'k', apiUrl: 'https://api.test' };
  expect(readEnv(env)).toEqual({ env });
});
