import { expect, test } from 'vitest';
import type { Connection } from '../api';
import { healthOf, reasonKey, setupSteps } from './health';

const connection: Connection = {
  inbox_id: 'i',
  channel_type: 'telegram',
  address: '4711',
  settings: {},
  state: 'connected',
  state_reason: null,
  paused_until: null,
  expires_at: null,
  last_received_at: null,
  last_sent_at: null,
  checked_at: null,
  check_result: null,
};
const check = (ok: boolean) => ({ ok, category: null, account_name: null, steps: [] });

test.each<[string, Partial<Connection>]>([
  ['unproven', {}],
  ['working', { last_received_at: '2026-01-01T00:00:00Z' }],
  ['working', { check_result: check(true) }],
  ['failing', { last_received_at: '2026-01-01T00:00:00Z', check_result: check(false) }],
  // The mailbox could not be read since the check.
  ['failing', { check_result: check(true), state_reason: 'No connection' }],
  ['refused', { state: 'reauthorization_required', check_result: check(true) }],
  ['disconnected', { state: 'disconnected' }],
])('an inbox is %s', (health, change) => {
  expect(healthOf({ ...connection, ...change })).toBe(health);
});

test('what the service may call a failure tomorrow is explained in general words', () => {
  expect(reasonKey('auth')).toBe('connection.reason.auth');
  expect(reasonKey('brand_new')).toBe('connection.reason.other');
  expect(reasonKey(null)).toBe('connection.reason.other');
});

test('an inbox that nothing is posted to has no webhook to set', () => {
  expect(setupSteps('email', [])).toEqual(['check', 'members', 'done']);
  expect(setupSteps('telegram', ['telegram'])).toEqual(['check', 'webhook', 'members', 'done']);
  expect(setupSteps('web_widget', [])).toEqual(['install', 'members', 'done']);
});
