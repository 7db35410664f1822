/**
 * `rate`: how many tasks of a step may begin in a time. A start counts from when the task is given until so long after its body has
 * begun, and so no stretch of that length has more beginnings than the limit.
 */
import { parseDuration } from '../../definition/duration';
import type { Graph } from '../../definition/graph';
import type { Rate } from '../../definition/types';
import { type After, after } from '../../process/after';

/** One task that is given. */
export class Start {
  readonly gate: RateGate;
  readonly #begin: () => void;
  #hasBegun = false;

  /** @param begin called once */
  constructor(gate: RateGate, begin: () => void) {
    this.gate = gate;
    this.#begin = begin;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Its body begins; only the first call counts. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#begin();
  }

  /** The task is given again: where it has begun, it is one more. */
  again(): Start {
    return this.#hasBegun ? this.gate.take() : this;
  }
}

/** Those that may be given now. What has begun, in a process that died, waits for its gate as if it were new. */
export function open<T extends { start?: Start }>(tasks: readonly T[]): readonly T[] {
  if (!tasks.some(({ start }) => start?.hasBegun)) return tasks;
  const free = new Map<RateGate, number>();
  return tasks.filter(({ start }) => {
    if (!start?.hasBegun) return true;
    const left = free.get(start.gate) ?? start.gate.free;
    free.set(start.gate, left - 1);
    return left > 0;
  });
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
    return new Start(this, () => {
      this.#given--;
      this.#begun.push(this.#now());
      this.#wait();
    });
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
