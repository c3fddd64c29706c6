import { expect, test } from 'vitest';
import { snoozeTimes } from './snooze-times';

test('snoozing ends within hours, tomorrow at nine, on Monday at nine, or in a week', () => {
  const tuesday = new Date(2026, 10, 24, 16, 20);
  expect(snoozeTimes(tuesday).map(({ at }) => at)).toEqual([
    new Date(2026, 10, 24, 17, 20),
    new Date(2026, 10, 24, 20, 20),
    new Date(2026, 10, 25, 9, 0),
    new Date(2026, 10, 30, 9, 0),
    new Date(2026, 11, 1, 9, 0),
  ]);
});
