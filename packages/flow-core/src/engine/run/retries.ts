/** Failed tasks that wait for their next attempt. */
import { type After, after } from '../../process/after';

export class Retries {
  readonly #timers = new Set<After>();

  get size(): number {
    return this.#timers.size;
  }

  after(waitMs: number, again: () => void): void {
    const timer = after(waitMs, () => {
      this.#timers.delete(timer);
      again();
    });
    this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
