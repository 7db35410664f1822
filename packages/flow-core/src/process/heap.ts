/** Keeps a long run's heap near its need: V8 lets garbage grow to hundreds of megabytes before it collects. */
import { collectGarbage } from '../environment/node-capabilities';

/** A heap below this is left to V8: a short run is never paused. Bytes. */
const SMALL = 48 * 1024 * 1024;

/** How much a heap may grow beyond what it held after the last collection. Bytes. */
const GROWTH = 20 * 1024 * 1024;

export class Heap {
  readonly #used: () => number;
  readonly #collect: () => void;
  #held = SMALL - GROWTH;

  constructor(used = () => process.memoryUsage().heapUsed, collect = collectGarbage) {
    this.#used = used;
    this.#collect = collect;
  }

  /** Collects garbage when there may be much of it. Cheap otherwise: call it a few times in a second. */
  tidy(): void {
    if (this.#used() < this.#held + GROWTH) return;
    this.#collect();
    // The limit grows by a tenth each time: when most of the heap is in use, collecting again soon gains little.
    this.#held = Math.max(this.#held, this.#used() * 1.1);
  }
}
