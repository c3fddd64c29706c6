/** How long to wait before trying again: doubling, capped, and jittered so visitors spread out. */

const FIRST_MS = 1_000;
const LAST_MS = 30_000;

/** Milliseconds before try number `failures + 1`; between half and all of the doubled delay. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), LAST_MS);
  return ceiling * (0.5 + random() / 2);
}
