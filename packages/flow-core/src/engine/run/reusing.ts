/** Looks for planned tasks in earlier runs, a batch at a time, while others are executed. */
import type { Reuse, Same } from '../reuse/reuse';
import type { NumberedTask } from './recorder';
import { type Numbered, type NumberedSpan, Todo, tasksOf } from './todo';

export interface ReusingHost {
  stopped(): boolean;
  /** Hears what became of a batch. */
  looked(
    spans: readonly NumberedSpan[],
    batch: readonly NumberedTask[],
    found: readonly (Same | undefined)[],
  ): void;
  /** Resolves when not much is left to be written. */
  room(): Promise<void>;
  /** Nothing is left to be looked for. */
  idle(): void;
  broken(error: unknown): void;
}

export class Reusing {
  readonly #reuse: Reuse;
  readonly #host: ReusingHost;
  readonly #todo = new Todo();
  /** Tasks are being looked for. */
  busy = false;

  constructor(reuse: Reuse, host: ReusingHost) {
    this.#reuse = reuse;
    this.#host = host;
  }

  add(tasks: readonly Numbered[]): void {
    this.#todo.add(tasks);
    if (!this.busy) void this.#work();
  }

  async #work(): Promise<void> {
    const { stopped, looked, room, idle, broken } = this.#host;
    this.busy = true;
    try {
      while (this.#todo.left && !stopped()) {
        const spans = this.#todo.pull();
        const batch = tasksOf(spans);
        const found = await this.#reuse.find(batch);
        if (stopped()) break;
        looked(spans, batch, found);
        await room();
      }
    } catch (error) {
      broken(error);
    }
    this.busy = false;
    idle();
  }
}
