/** Keeps a long run's heap near to what it needs: V8 lets garbage grow to hundreds of megabytes before it looks. */
import { collectGarbage } from '../../environment/node-capabilities';

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
    // A tenth more each time: where most of it is needed, collecting again soon would gain little.
    this.#held = Math.max(this.#held, this.#used() * 1.1);
  }
}
