/** The task that a worker is at: since when, until when, and what its outcome is when the worker dies of it. */
import { diedError } from '../contain/left';
import { toRecord } from '../task/error-record';
import { TIMEOUT_GRACE_MS, timeoutError } from '../task/policies';
import type { TaskOutcome } from '../task/task';
import type { Job } from './job';

export class UnderWay {
  readonly #kill: () => void;
  #job: Job | undefined;
  #since = 0;
  #deadline: NodeJS.Timeout | undefined;
  /** The timeout that its worker was killed for. Milliseconds. */
  #expired: number | undefined;
  /** Of the call by which the task ends its worker: the user's frames. */
  #exitStack: string | undefined;

  /** @param kill Ends the worker if its task does not notice its own timeout: a loop that never yields. */
  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** Returns false where this very task has begun before. */
  begin(job: Job): boolean {
    if (job === this.#job) return false;
    this.#job = job;
    this.#exitStack = undefined;
    this.#since = Date.now();
    const { timeoutMs } = job;
    if (timeoutMs !== undefined) {
      this.#deadline = setTimeout(() => {
        this.#expired = timeoutMs;
        this.#kill();
      }, timeoutMs + TIMEOUT_GRACE_MS);
    }
    return true;
  }

  /** Milliseconds since it began. */
  get ms(): number {
    return Date.now() - this.#since;
  }

  /** The task is about to end its worker by a call. @param stack the user's frames */
  leaves(stack: string): void {
    this.#exitStack ??= stack;
  }

  end(): void {
    clearTimeout(this.#deadline);
  }

  /** @param how `was killed by SIGKILL` */
  death(how: string): TaskOutcome {
    const error =
      this.#expired === undefined
        ? diedError(`The worker process ${how} in the middle of the task.`, this.#exitStack)
        : timeoutError(this.#expired);
    const now = Date.now();
    const startedAt = this.#since || now;
    const failure = { error: toRecord(error), thrown: error };
    return { startedAt, durationMs: now - startedAt, status: 'failed', failure };
  }
}
