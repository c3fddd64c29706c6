import { addDays, addHours, addWeeks, nextMonday, set } from 'date-fns';

/** When a snoozed conversation may come back; named moments rather than a calendar. */
export function snoozeTimes(
  now: Date = new Date(),
): { id: 'hour' | 'hours' | 'tomorrow' | 'monday' | 'week'; at: Date }[] {
  const morning = { hours: 9, minutes: 0, seconds: 0, milliseconds: 0 };
  return [
    { id: 'hour', at: addHours(now, 1) },
    { id: 'hours', at: addHours(now, 4) },
    { id: 'tomorrow', at: set(addDays(now, 1), morning) },
    { id: 'monday', at: set(nextMonday(now), morning) },
    { id: 'week', at: set(addWeeks(now, 1), morning) },
  ];
}
