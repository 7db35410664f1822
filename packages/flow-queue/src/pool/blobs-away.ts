/** Workers that cannot reach the place of large values: the run waits for them, with one line, and not for ever. */
import { FlowError } from '@nx-flow/core/queue';
import type { QueueEvent } from './events';

interface Wait {
  worker: string;
  why: string;
  /** Of a steady clock. */
  since: number;
}

export class BlobsAway {
  readonly #emit: (event: QueueEvent) => void;
  readonly #now: () => number;
  /** By what waits. */
  readonly #waits = new Map<string, Wait>();
  #since = 0;

  constructor(emit: (event: QueueEvent) => void, now = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  /** @param what waits: a chunk whose values cannot be sent, or a step that no worker can read the inputs of */
  away(what: string, worker: string, why: string): void {
    if (this.#waits.has(what)) return;
    const since = this.#now();
    if (this.#waits.size === 0) {
      this.#since = since;
      this.#emit({ type: 'blobs-away', worker, why });
    }
    this.#waits.set(what, { worker, why, since });
  }

  /** It waits no more. */
  back(what: string): void {
    if (this.#waits.delete(what) && this.#waits.size === 0)
      this.#emit({ type: 'blobs-back', ms: this.#now() - this.#since });
  }

  /** Why the run gives up, where something has waited for so long. */
  error(patienceMs: number): FlowError | undefined {
    for (const { worker, why, since } of this.#waits.values()) {
      if (this.#now() - since < patienceMs) continue;
      const minutes = Math.round(patienceMs / 6000) / 10;
      const message = `The run has waited for ${minutes} min for large values of ${worker}. ${why} Then resume the run.`;
      return new FlowError('FLOW_BLOBS_AWAY', message, { exit: 1 });
    }
    return undefined;
  }
}
