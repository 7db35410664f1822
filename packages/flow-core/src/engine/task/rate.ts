/**
 * `rate`: how many tasks of a step may begin in a time. A start counts from when the task is given until so long after its body has
 * begun, and so no stretch of that length has more beginnings than the limit.
 */
import { parseDuration } from '../../definition/duration';
import type { Graph } from '../../definition/graph';
import type { Rate } from '../../definition/types';
import { type After, after } from '../../process/after';

/** One task that is given. */
export interface Start {
  /** Its body begins; only the first call counts. */
  begin(): void;
}

export class RateGate {
  readonly #limit: number;
  readonly #perMs: number;
  readonly #wake: () => void;
  readonly #now: () => number;
  /** Given, and not begun. */
  #given = 0;
  /** When the last ones began, oldest first. */
  readonly #begun: number[] = [];
  #timer: After | undefined;

  /**
   * @param wake Called when one more may begin, where none could.
   * @param now milliseconds of a steady clock
   */
  constructor({ limit, per }: Rate, wake: () => void, now = () => performance.now()) {
    this.#limit = limit;
    this.#perMs = parseDuration(per) as number;
    this.#wake = wake;
    this.#now = now;
  }

  /** How many may be given now. */
  get free(): number {
    const gone = this.#now() - this.#perMs;
    while (this.#begun[0] !== undefined && this.#begun[0] <= gone) this.#begun.shift();
    return this.#limit - this.#given - this.#begun.length;
  }

  /** One is given. */
  take(): Start {
    this.#given++;
    let begun = false;
    return {
      begin: () => {
        if (begun) return;
        begun = true;
        this.#given--;
        this.#begun.push(this.#now());
        this.#wait();
      },
    };
  }

  #wait(): void {
    const [first] = this.#begun;
    if (this.#timer || first === undefined) return;
    this.#timer = after(Math.max(1, first + this.#perMs - this.#now()), () => {
      this.#timer = undefined;
      // A timer may come a moment too early.
      if (this.free > 0) this.#wake();
      this.#wait();
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** The gates of a flow's steps, for one run or one command. */
export class Rates {
  readonly #graph: Graph;
  readonly #wake: () => void;
  readonly #gates = new Map<string, RateGate>();

  /** @param wake Called when a task may begin that could not. */
  constructor(graph: Graph, wake: () => void) {
    this.#graph = graph;
    this.#wake = wake;
  }

  /** Undefined for a step that may begin at any time. */
  of(step: string): RateGate | undefined {
    const rate = this.#graph.steps.get(step)?.options.rate;
    if (!rate) return undefined;
    let gate = this.#gates.get(step);
    if (!gate) {
      gate = new RateGate(rate, this.#wake);
      this.#gates.set(step, gate);
    }
    return gate;
  }

  close(): void {
    for (const gate of this.#gates.values()) gate.close();
  }
}
