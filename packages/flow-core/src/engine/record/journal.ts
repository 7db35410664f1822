/** Writes rows in groups: what gathers while one batch is under way goes together in the next, in order. */
import { type Contents, Tally } from '../../store/contents';
import type { Op } from '../../store/kv';
import type { Store } from '../../store/store';

/** Most operations and bytes of one batch: bounds what a frame and a write hold in memory. */
const GROUP = 4096;
const GROUP_BYTES = 8 * 1024 * 1024;

export class Journal {
  readonly #store: Store;
  readonly #broken: (error: unknown) => void;
  readonly #fence: string;
  readonly #tally = new Tally();
  /** One entry for each call of {@link add}: its operations stay together. */
  #calls: (readonly Op[])[] = [];
  #added = 0;
  #written = 0;
  #writing: Promise<void> | undefined;
  #batch: Promise<void> = Promise.resolve();
  #failed: { error: unknown } | undefined;

  /**
   * @param fence the run's, as `Store.coordinate` gave it
   * @param broken Told once, when the store fails: nothing is written from then on, so that no row stands behind a hole.
   */
  constructor(store: Store, fence: string, broken: (error: unknown) => void = () => {}) {
    this.#store = store;
    this.#fence = fence;
    this.#broken = broken;
  }

  /** Operations of one call land in one batch. */
  add(...ops: Op[]): void {
    this.#tally.addAll(ops);
    this.#add(ops);
  }

  /** Adds the row of a task that is under way: another one takes its place, and only that one is counted. */
  addUnderWay(row: Op): void {
    this.#add([row]);
  }

  /** What was added so far. */
  get contents(): Contents {
    return this.#tally.contents;
  }

  #add(ops: readonly Op[]): void {
    if (this.#failed || ops.length === 0) return;
    this.#added++;
    this.#calls.push(ops);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything added is acknowledged, also what is added meanwhile. @throws what the store threw */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failed) throw this.#failed.error;
  }

  /** Resolves when what was added before this call is acknowledged. @throws what the store threw */
  async settled(): Promise<void> {
    const until = this.#added;
    while (this.#written < until && !this.#failed) await this.#batch;
    if (this.#failed) throw this.#failed.error;
  }

  /** Resolves when no more than a batch waits for the one under way, or the store has failed. */
  async room(): Promise<void> {
    while (this.#calls.length > GROUP) await this.#batch;
  }

  async #write(): Promise<void> {
    this.#batch = Promise.resolve();
    await this.#batch;
    try {
      while (this.#calls.length > 0) {
        const { ops, calls } = this.#take();
        const batch = this.#store.commit(ops, this.#fence);
        this.#batch = batch.catch(() => {});
        await batch;
        this.#written += calls;
      }
    } catch (error) {
      this.#failed = { error };
      this.#calls = [];
      this.#broken(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** The calls that make up the next batch. A single one may be larger than the limits. */
  #take(): { ops: Op[]; calls: number } {
    const ops: Op[] = [];
    let bytes = 0;
    let calls = 0;
    for (const call of this.#calls) {
      const size = call.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      if (calls > 0 && (ops.length + call.length > GROUP || bytes + size > GROUP_BYTES)) break;
      ops.push(...call);
      bytes += size;
      calls++;
    }
    this.#calls = this.#calls.slice(calls);
    return { ops, calls };
  }
}
