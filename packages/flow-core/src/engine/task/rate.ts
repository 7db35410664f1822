/**
 * `rate`: how many tasks of a step may begin in a time. A start counts for as long as the rate says, and so no stretch of that
 * length has more starts than the limit.
 */
import { parseDuration } from '../../definition/duration';
import type { Graph } from '../../definition/graph';
import type { Rate } from '../../definition/types';

export class RateGate {
  readonly #limit: number;
  readonly #perMs: number;
  readonly #wake: () => void;
  readonly #now: () => number;
  /** When the last ones began, oldest first: the limit at most. */
  readonly #starts: number[] = [];
  #timer: NodeJS.Timeout | undefined;

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

  /** How many may begin now. */
  get free(): number {
    const gone = this.#now() - this.#perMs;
    while (this.#starts[0] !== undefined && this.#starts[0] <= gone) this.#starts.shift();
    return this.#limit - this.#starts.length;
  }

  /** One begins. */
  take(): void {
    this.#starts.push(this.#now());
    if (this.free === 0) this.#wait();
  }

  #wait(): void {
    const ms = Math.max(1, (this.#starts[0] as number) + this.#perMs - this.#now());
    this.#timer = setTimeout(
      () => {
        // A timer may come a moment too early.
        if (this.free === 0) this.#wait();
        else this.#wake();
      },
      Math.min(ms, LONGEST_MS),
    );
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

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
