/**
 * What became of the tasks of a run's steps. Of a run that goes on, all its tasks have to be read, and pages ask again and again:
 * between two looks passes some times as long as one took. Whoever asks meanwhile waits for the next one, and gets nothing stale.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Run, StepCounts } from '@nx-flow/core/ui';

/** How many times as long as a look took passes before the next one. */
const TIMES = 4;
/** Runs that go on, whose next look is known. */
const KEPT = 50;

type Counts = ReadonlyMap<string, StepCounts>;

interface Look {
  /** When it may begin. Milliseconds since 1970. */
  at: number;
  /** Undefined once it has begun. */
  waits: Promise<Counts> | undefined;
}

export class RunCounts {
  readonly #looks = new Map<string, Look>();

  of(run: Run<unknown>): Promise<Counts> {
    if (run.finished) {
      this.#looks.delete(run.pathspec);
      return run.stepCounts();
    }
    const look = this.#looks.get(run.pathspec) ?? this.#known(run.pathspec);
    look.waits ??= this.#next(run, look);
    return look.waits;
  }

  async #next(run: Run<unknown>, look: Look): Promise<Counts> {
    const wait = look.at - Date.now();
    await (wait > 0 ? pause(wait, undefined, { ref: false }) : undefined);
    look.waits = undefined;
    const began = Date.now();
    const counts = await run.stepCounts();
    look.at = Date.now() + TIMES * (Date.now() - began);
    return counts;
  }

  #known(pathspec: string): Look {
    const look: Look = { at: 0, waits: undefined };
    this.#looks.set(pathspec, look);
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= KEPT) break;
      this.#looks.delete(oldest);
    }
    return look;
  }
}
