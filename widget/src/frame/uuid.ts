/** UUIDv7: ids this browser may give to its messages, in the order they were written. */

const COUNTER_MAX = 0xfff;

let lastTime = 0;
let counter = 0;

/** A new id, greater than every id made here before, also within one millisecond. */
export function uuidv7(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (++counter > COUNTER_MAX) {
    // More than 4,096 in a millisecond, or a clock set back for long: borrow from the future.
    lastTime += 1;
    counter = 0;
  }
  const tail = crypto.getRandomValues(new Uint8Array(8));
  tail[0] = ((tail[0] as number) & 0x3f) | 0x80;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const time = hex(lastTime, 12);
  const rest = Array.from(tail, (byte) => hex(byte, 2)).join('');
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${hex(counter, 3)}`,
    rest.slice(0, 4),
    rest.slice(4),
  ].join('-');
}
