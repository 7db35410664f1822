/** What a seed and a number give: the same trial again, whatever was tried before. */
import { randomOf } from '../conformance/shuffled-pool';

export class Draw {
  readonly #next: () => number;

  constructor(seed: number, index: number) {
    this.#next = randomOf((seed * 7919 + index * 104_729) >>> 0);
  }

  /** In [0, 1). */
  part(): number {
    return this.#next();
  }

  /** In [from, to], whole. */
  int(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  of<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }
}
