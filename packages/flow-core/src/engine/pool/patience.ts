/** Whether tasks that wait are worth another worker: to start one costs more than many quick tasks. */
import { AHEAD_MS } from './pace';

/** What the start of a worker costs, about: its process, and the import of the flow. Milliseconds. */
const START_MS = 200;

/**
 * For the tasks of one kind. Tasks that wait while there is a worker for them wait for a moment before another one is started. What was finished in
 * that moment tells how long the others would wait: less than the start of a worker, and none is started.
 */
export class Patience {
  readonly #ask: () => void;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #finished = 0;

  /** @param ask Called at the end of a moment in which tasks waited: {@link isOver} is to be asked again. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** A task has been finished. */
  finished(): void {
    this.#finished++;
  }

  /** @param waiting how many tasks wait while there is a worker for them */
  isOver(waiting: number): boolean {
    if (this.#over && waiting > (this.#finished * START_MS) / AHEAD_MS) return true;
    this.#timer ??= this.#moment();
    return false;
  }

  #moment(): NodeJS.Timeout {
    this.#finished = 0;
    return setTimeout(() => {
      this.#timer = undefined;
      this.#over = true;
      this.#ask();
      this.#over = false;
    }, AHEAD_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
