import { describe, expect, test } from 'vitest';
import { cappedCount, dayLabel, fileSize, initials, shortRelative, stableIndex } from './format';

const now = new Date(2026, 10, 24, 12, 0).getTime();
const ago = (ms: number) => new Date(now - ms).toISOString();

describe('shortRelative', () => {
  test('it shortens with age', () => {
    expect(shortRelative(ago(10_000), 'en', now)).toBe('now');
    expect(shortRelative(ago(4 * 60_000), 'en', now)).toBe('4m');
    expect(shortRelative(ago(3 * 3_600_000), 'en', now)).toBe('3h');
    expect(shortRelative(ago(2 * 86_400_000), 'en', now)).toBe('2d');
    expect(shortRelative(ago(20 * 86_400_000), 'en', now)).toBe('Nov 4');
  });

  test('a clock that runs ahead is now, not minus something', () => {
    expect(shortRelative(ago(-50_000), 'en', now)).toBe('now');
  });
});

test('days are named when they are near', () => {
  expect(dayLabel(ago(3_600_000), 'en', now)).toBe('Today');
  expect(dayLabel(ago(86_400_000), 'es', now)).toBe('Ayer');
  expect(dayLabel(ago(3 * 86_400_000), 'en', now)).toBe('Saturday, November 21');
});

test('initials survive single names, spaces and scripts', () => {
  expect(initials('Maria da Silva')).toBe('MS');
  expect(initials('  ana ')).toBe('A');
  expect(initials('ليلى حسن')).toBe('لح');
  expect(initials('')).toBe('');
});

test('counts are capped', () => {
  expect(cappedCount(99)).toBe('99');
  expect(cappedCount(100)).toBe('99+');
  expect(cappedCount(9, 9)).toBe('9');
  expect(cappedCount(10, 9)).toBe('9+');
});

test('the same id always gets the same index', () => {
  expect(stableIndex('abc', 6)).toBe(stableIndex('abc', 6));
  expect(stableIndex('abc', 6)).toBeLessThan(6);
});

test('file sizes are said in the largest unit that leaves a number before the point', () => {
  expect(fileSize(0, 'en')).toBe('0 bytes');
  expect(fileSize(3_400_000, 'en')).toBe('3.4 MB');
  expect(fileSize(40_000_000_000_000, 'en')).toBe('40,000 GB');
});
