/** A task that a worker is at: since when, until when, and what its outcome is when the worker dies of it. */
import { type After, after } from '../../process/after';
import { diedError } from '../contain/left';
import { toRecord } from '../task/error-record';
import { TIMEOUT_GRACE_MS, TOGETHER_GRACE_MS, timeoutError } from '../task/policies';
import type { TaskOutcome } from '../task/task';
import type { Job } from './job';

export class UnderWay {
  readonly #since = Date.now();
  readonly #deadline: After | undefined;
  /** The timeout that its worker was killed for. Milliseconds. */
  #expired: number | undefined;
  /** Of the call by which the task ends its worker: the user's frames. */
  #exitStack: string | undefined;

  /** @param kill Ends the worker if its task does not notice its own timeout: a loop that never yields. */
  constructor({ timeoutMs, concurrency }: Job, kill: () => void) {
    if (timeoutMs === undefined) return;
    // Another task may hold up one that notices it.
    const graceMs = concurrency > 1 ? TOGETHER_GRACE_MS : TIMEOUT_GRACE_MS;
    this.#deadline = after(timeoutMs + graceMs, () => {
      this.#expired = timeoutMs;
      kill();
    });
  }

  /** Milliseconds since it began. */
  get ms(): number {
    return Date.now() - this.#since;
  }

  /** It ends its worker by a call. */
  get hasLeft(): boolean {
    return this.#exitStack !== undefined;
  }

  /** The task is about to end its worker by a call. @param stack the user's frames */
  leaves(stack: string): void {
    this.#exitStack ??= stack;
  }

  end(): void {
    this.#deadline?.cancel();
  }

  /** @param how `was killed by SIGKILL` */
  death(how: string): TaskOutcome {
    const error =
      this.#expired === undefined
        ? diedError(`The worker process ${how} in the middle of the task.`, this.#exitStack)
        : timeoutError(this.#expired);
    const failure = { error: toRecord(error), thrown: error };
    return { startedAt: this.#since, durationMs: this.ms, status: 'failed', failure };
  }
}
