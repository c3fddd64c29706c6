import { expect, test } from 'vitest';
import { uuid7 } from './uuid7';

test('it carries version, variant and the time', () => {
  const now = Date.UTC(2026, 10, 24, 9, 30);
  const id = uuid7(now);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
});

test('later ids sort after earlier ones and never repeat', () => {
  expect(uuid7(2000) > uuid7(1000)).toBe(true);
  expect(new Set(Array.from({ length: 500 }, () => uuid7(1))).size).toBe(500);
});
