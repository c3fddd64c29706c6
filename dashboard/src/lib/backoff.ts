/** Doubles from half a second to fifteen seconds, with jitter so that clients do not march in step. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(500 * 2 ** (attempt - 1), 15_000) * (0.5 + random() / 2);
}
