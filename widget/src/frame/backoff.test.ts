import { expect, it } from 'vitest';
import { backoff } from './backoff';

it('doubles up to half a minute', () => {
  const longest = () => 1;
  expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backoff(failures, longest))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
});

it('never waits less than half of that', () => {
  expect(backoff(3, () => 0)).toBe(2_000);
});
