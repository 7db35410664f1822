/** Writes rows in groups: what gathers while one batch is under way goes together in the next, in order. */
import type { Op } from '../store/kv';
import type { Store } from '../store/store';

/** Most operations of one batch: bounds what a frame and a write hold in memory. */
const GROUP = 4096;

export class Journal {
  readonly #store: Store;
  #ops: Op[] = [];
  #writing: Promise<void> | undefined;
  #failed: unknown;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Operations of one call land in one batch. */
  add(...ops: Op[]): void {
    this.#ops.push(...ops);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything added so far is acknowledged. @throws what the store threw */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failed !== undefined) throw this.#failed;
  }

  async #write(): Promise<void> {
    await null;
    try {
      while (this.#ops.length > 0) {
        const group = this.#ops;
        this.#ops = [];
        // A group larger than one batch is cut; what belongs together is added together and far smaller.
        for (let at = 0; at < group.length; at += GROUP)
          await this.#store.commit(group.slice(at, at + GROUP));
      }
    } catch (error) {
      this.#failed = error;
      this.#ops = [];
    } finally {
      this.#writing = undefined;
    }
  }
}
