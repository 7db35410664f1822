/** How quick the tasks of each step are, and so how many of them go to a worker in one message. */

/** Work given to a worker ahead of time: it hides the round trip of quick tasks, and keeps slow ones apart. Milliseconds. */
export const AHEAD_MS = 20;

/** The most tasks that a worker has at hand. */
export const AHEAD_TASKS = 64;

/** A moving average for each step: a new task counts for a fifth. */
export class Pace {
  readonly #ms = new Map<string, number>();

  took(step: string, durationMs: number): void {
    const before = this.#ms.get(step) ?? durationMs;
    this.#ms.set(step, Math.max(0.01, before * 0.8 + durationMs * 0.2));
  }

  /** How many tasks of this step a worker may have at hand: one, unless they are known to be quick. */
  ahead(step: string | undefined): number {
    const ms = step === undefined ? undefined : this.#ms.get(step);
    return ms === undefined ? 1 : Math.max(1, Math.min(AHEAD_TASKS, Math.floor(AHEAD_MS / ms)));
  }
}
