import { addDays, addHours, nextMonday, set } from 'date-fns';

/** When a snoozed conversation may come back; named moments rather than a calendar. */
export function snoozeTimes(
  now: Date = new Date(),
): { id: 'hours' | 'tomorrow' | 'monday'; at: Date }[] {
  const morning = { hours: 9, minutes: 0, seconds: 0, milliseconds: 0 };
  return [
    { id: 'hours', at: addHours(now, 4) },
    { id: 'tomorrow', at: set(addDays(now, 1), morning) },
    { id: 'monday', at: set(nextMonday(now), morning) },
  ];
}
