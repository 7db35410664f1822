/** How many tasks go to a worker together: so many that the way there and back costs little, so few that every slot gets some. */
import type { Job } from '@nx-flow/core/queue';

/** A chunk takes about so long. Milliseconds. */
const CHUNK_MS = 1000;

/** The most tasks of a chunk, by their concurrency. */
const MOST = 256;

/** A moving average for each step: a new task counts for a fifth. */
export class Sizing {
  readonly #ms = new Map<string, number>();

  took(step: string, durationMs: number): void {
    const before = this.#ms.get(step) ?? durationMs;
    this.#ms.set(step, Math.max(0.01, before * 0.8 + durationMs * 0.2));
  }

  /**
   * One task where nothing is known of its step, or one for each that is executed together.
   * @param pending how many tasks wait besides this one
   * @param slots how many chunks can be executed at once
   */
  of({ spec: { step }, concurrency, start }: Job, pending: number, slots: number): number {
    if (start) return 1;
    const ms = this.#ms.get(step);
    if (ms === undefined) return concurrency;
    const byTime = Math.min(MOST, Math.max(1, Math.floor(CHUNK_MS / ms)));
    // The last ones are small: no slot waits long for the one that is at the last chunk.
    const share = Math.ceil((pending + 1) / concurrency / (2 * slots));
    return concurrency * Math.max(1, Math.min(byTime, share));
  }
}
