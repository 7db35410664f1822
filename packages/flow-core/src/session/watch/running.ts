/** One spin of a watch, in a process that was made ready: from the word to what it came to. */
import type { FlowEvent, SpinDone, SpinsDone, ThroughDone } from '../../engine/task/flow-event';
import type { Go, Spare, SpareEnd, SpareListener } from './spare';
import type { Spares } from './spares';

/** A spin that takes longer gets its successor a process while it is executed. Milliseconds. */
const LONG_MS = 200;

/** Processes that may die before they have looked at the flow: that is not the flow's fault. */
const ATTEMPTS = 3;

/** How much later the system may tell what a process did. Milliseconds. */
const HEARD_MS = 30;

export interface Outcome {
  end: SpareEnd;
  /** Undefined where the command was refused, or its process died. */
  done?: SpinDone;
  /** In the place of `done`, of all splits. */
  all?: SpinsDone;
  /** In the place of `done`, of a step and of those after it. */
  through?: ThroughDone;
}

type Heard = Omit<Outcome, 'end'>;

export class Running {
  readonly n: number;
  readonly #spares: Spares;
  #spare: Spare | undefined;
  #endedAt: number | undefined;
  /** Whether it may still be reading code. */
  isLoading = true;
  #hasSeveral = false;
  /** Whether what it came to was told. */
  isTold = false;

  constructor(n: number, spares: Spares) {
    this.n = n;
    this.#spares = spares;
  }

  /** Whether its process is there still. */
  get isAlive(): boolean {
    return this.#endedAt === undefined;
  }

  /** The number of its process: another one where that died at once. */
  get pid(): number | undefined {
    return this.#spare?.pid;
  }

  /** Whether it may have done what was heard of at a time. */
  wasAliveAt(time: number): boolean {
    return this.#endedAt === undefined || time <= this.#endedAt + HEARD_MS;
  }

  /** Resolves when it is over, though its process may not have ended. Undefined once it was stopped. */
  async execute(go: Go, listener: SpareListener): Promise<Outcome | undefined> {
    for (let left = ATTEMPTS; ; left--) {
      const heard: Heard = {};
      const spare = this.#spares.take();
      this.#spare = spare;
      const long = setTimeout(() => this.#spares.refill(), LONG_MS);
      void spare.ended.then(() => {
        clearTimeout(long);
        if (this.#spare !== spare) return;
        this.#endedAt = Date.now();
        // Not before: it would take the time of the one that is waited for.
        this.#spares.refill();
      });
      spare.go(go, {
        ...listener,
        event: (event) => {
          this.#hear(event, heard);
          listener.event(event);
        },
      });
      const end = await spare.said;
      this.isLoading = false;
      if (this.#spare !== spare) return undefined;
      if (end.type === 'died' && !end.begun && left > 1) continue;
      return { end, ...heard };
    }
  }

  /** Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    this.#spares.refill();
    await spare?.kill();
  }

  #hear(event: FlowEvent, heard: Heard): void {
    if (event.type === 'spins-started' || event.type === 'through-started') this.#hasSeveral = true;
    // Several are executed by workers, which read the code for themselves.
    if (event.type === (this.#hasSeveral ? 'task-started' : 'spin-started')) this.isLoading = false;
    if (event.type === 'spin-done' && !this.#hasSeveral) heard.done = event;
    if (event.type === 'spins-done') heard.all = event;
    if (event.type === 'through-done') heard.through = event;
  }
}
