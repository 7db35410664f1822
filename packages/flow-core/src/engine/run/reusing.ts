/** Looks for planned tasks in earlier runs, a batch at a time, while others are executed. */
import type { Reuse, Same } from '../reuse/reuse';
import type { Emit } from '../task/flow-event';
import type { NumberedTask } from './recorder';
import { Counts, type Numbered, type NumberedSpan, Todo, tasksOf } from './todo';

/** What it asks and tells the run. */
export interface ReusingRun {
  /** Whether nothing more may begin. */
  stopped(): boolean;
  /** Tasks may be ready, or nothing is left to be looked for. */
  moved(): void;
  /** The store failed. */
  broken(error: unknown): void;
}

/** What became of a batch. */
export interface LookedFor {
  spans: readonly NumberedSpan[];
  batch: readonly NumberedTask[];
  found: readonly (Same | undefined)[];
  /** How many were taken over so far, by step. */
  taken: Counts;
}

interface Host extends ReusingRun {
  emit: Emit;
  looked(of: LookedFor): void;
  /** Resolves when not much is left to be written. */
  room(): Promise<void>;
}

export class Reusing {
  readonly #reuse: Reuse;
  readonly #host: Host;
  readonly #todo = new Todo();
  /** Tasks are being looked for. */
  busy = false;

  constructor(reuse: Reuse, host: Host) {
    this.#reuse = reuse;
    this.#host = host;
  }

  add(tasks: readonly Numbered[]): void {
    this.#todo.add(tasks);
    if (!this.busy) void this.#work();
  }

  async #work(): Promise<void> {
    const { emit, stopped, looked, room, moved, broken } = this.#host;
    const taken = new Counts();
    this.busy = true;
    try {
      while (this.#todo.left && !stopped()) {
        const spans = this.#todo.pull();
        const batch = tasksOf(spans);
        const found = await this.#reuse.find(batch);
        if (stopped()) break;
        looked({ spans, batch, found, taken });
        moved();
        await room();
      }
    } catch (error) {
      broken(error);
    }
    this.busy = false;
    if (stopped()) return;
    for (const [step, count] of taken) emit({ type: 'tasks-taken', step, count, reused: true });
    moved();
  }
}
