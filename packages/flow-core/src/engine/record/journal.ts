/** Writes rows in groups: what gathers while one batch is under way goes together in the next, in order. */

import type { Op } from '../../store/kv/kv';
import { type Contents, Tally } from '../../store/rows/contents';
import type { Store } from '../../store/store';

/** Most operations and bytes of one batch: bounds what a frame and a write hold in memory. */
const GROUP = 4096;
const GROUP_BYTES = 8 * 1024 * 1024;

/** Bytes that wait before no more tasks are begun. */
const WAITING_BYTES = 4 * GROUP_BYTES;

/**
 * How long what follows a batch gathers, where much comes and nobody waits for it: a batch costs more than a row. Milliseconds.
 * Not where little comes: what the store refuses is to be known soon.
 */
const GATHER_MS = 10;
const MUCH = 16;
const ENOUGH = 256;

export class Journal {
  readonly #store: Store;
  readonly #broken: (error: unknown) => void;
  readonly #fence: string;
  readonly #tally = new Tally();
  /** What goes together into one batch. */
  #calls: Piece[] = [];
  #waiting = 0;
  #added = 0;
  #written = 0;
  #writing: Promise<void> | undefined;
  #batch: Promise<void> = Promise.resolve();
  #failed: { error: unknown } | undefined;
  /** Ends the gathering. */
  #hurry: (() => void) | undefined;
  /** Somebody waits for all of it. */
  #isFlushed = false;

  /**
   * @param fence the run's, as `Store.coordinate` gave it
   * @param broken Told once, when the store fails: nothing is written from then on, so that no row stands behind a hole.
   */
  constructor(store: Store, fence: string, broken: (error: unknown) => void = () => {}) {
    this.#store = store;
    this.#fence = fence;
    this.#broken = broken;
  }

  /** As {@link addAll}. */
  add(...ops: Op[]): void {
    this.addAll(ops);
  }

  /**
   * Operations of one call land in one batch, unless they are too many or too large for one: then in several, in order. So the
   * last one says of all of them that they are there.
   */
  addAll(ops: readonly Op[]): void {
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
    for (const piece of pieces(ops)) {
      this.#added++;
      this.#calls.push(piece);
      this.#waiting += piece.bytes;
    }
    this.#writing ??= this.#write();
  }

  /** Resolves when everything added is acknowledged, also what is added meanwhile. @throws what the store threw */
  async flush(): Promise<void> {
    while (this.#writing) {
      this.#isFlushed = true;
      this.#hurry?.();
      await this.#writing;
    }
    this.#isFlushed = false;
    if (this.#failed) throw this.#failed.error;
  }

  /** Resolves when what was added before this call is acknowledged. @throws what the store threw */
  async settled(): Promise<void> {
    const until = this.#added;
    while (this.#written < until && !this.#failed) {
      this.#hurry?.();
      await this.#batch;
    }
    if (this.#failed) throw this.#failed.error;
  }

  /** Resolves when no more than a batch or a few waits for the one under way, or the store has failed. */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.#batch;
  }

  get hasRoom(): boolean {
    return this.#calls.length <= GROUP && this.#waiting <= WAITING_BYTES;
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
        const gathers = calls >= MUCH && this.#calls.length < ENOUGH;
        if (gathers && !this.#isFlushed) await this.#gathered();
      }
    } catch (error) {
      this.#failed = { error };
      this.#calls = [];
      this.#waiting = 0;
      this.#broken(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** Resolves a little later, or when somebody waits. */
  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The calls that make up the next batch. */
  #take(): { ops: Op[]; calls: number } {
    const ops: Op[] = [];
    let bytes = 0;
    let calls = 0;
    for (const piece of this.#calls) {
      if (calls > 0 && (ops.length + piece.ops.length > GROUP || bytes + piece.bytes > GROUP_BYTES)) break;
      ops.push(...piece.ops);
      bytes += piece.bytes;
      calls++;
    }
    this.#calls = this.#calls.slice(calls);
    this.#waiting -= bytes;
    return { ops, calls };
  }
}

interface Piece {
  ops: readonly Op[];
  bytes: number;
}

const sizeOf = ({ value }: Op) => value?.length ?? 0;

/** The operations in pieces that fit into a batch. A single one may be larger. */
function pieces(ops: readonly Op[]): Piece[] {
  const all = ops.reduce((sum, op) => sum + sizeOf(op), 0);
  if (ops.length <= GROUP && all <= GROUP_BYTES) return [{ ops, bytes: all }];
  const found: Piece[] = [];
  for (let from = 0; from < ops.length; ) {
    let bytes = 0;
    let to = from;
    for (; to < ops.length && to - from < GROUP; to++) {
      const size = sizeOf(ops[to] as Op);
      if (to > from && bytes + size > GROUP_BYTES) break;
      bytes += size;
    }
    found.push({ ops: ops.slice(from, to), bytes });
    from = to;
  }
  return found;
}
