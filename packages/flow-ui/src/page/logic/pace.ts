/** How often something is asked again that changes all the time: the longer an answer takes, the more seldom. */

/** Milliseconds from an answer to the next question. */
export function pause(tookMs: number): number {
  return Math.min(Math.max(tookMs * 4, 200), 4000);
}

/** Milliseconds until the `n`th attempt to be connected again: at once, then twice as long each time. */
export function backoff(n: number): number {
  return n === 0 ? 0 : Math.min(250 * 2 ** (n - 1), 8000);
}
