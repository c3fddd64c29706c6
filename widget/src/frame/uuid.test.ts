import { expect, it } from 'vitest';
import { uuidv7 } from './uuid';

it('makes version 7 ids that carry their time', () => {
  const now = Date.UTC(2030, 0, 1);
  const id = uuidv7(now);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
});

it('keeps the order of writing, within a millisecond and when the clock goes back', () => {
  const now = Date.UTC(2031, 0, 1);
  const ids = [
    ...Array.from({ length: 5_000 }, () => uuidv7(now)),
    uuidv7(now - 60_000),
    uuidv7(now + 10),
  ];
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
