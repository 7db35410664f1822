/** Tasks in this process, several at once, that finish in an order drawn from a seed. */
import type { Graph } from '../../src/definition/graph';
import { executorHere } from '../../src/engine/pool/in-process-pool';
import type { Job } from '../../src/engine/pool/job';
import type { Pool, PoolHost } from '../../src/engine/pool/pool';
import type { TaskOutcome } from '../../src/engine/task/task';
import type { Cas } from '../../src/store/cas/cas';

export class ShuffledPool implements Pool {
  /** Tasks under way at once. */
  static readonly WIDTH = 8;
  readonly #host: PoolHost;
  readonly #execute: (job: Job) => Promise<TaskOutcome>;
  readonly #random: () => number;
  readonly #active: { job: Job; outcome: Promise<TaskOutcome> }[] = [];
  #busy = false;
  #closed = false;

  constructor(graph: Graph, cas: Cas, host: PoolHost, seed: number) {
    this.#host = host;
    this.#execute = executorHere(graph, cas, host);
    this.#random = randomOf(seed);
  }

  wake(): void {
    if (!this.#busy) void this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (this.#fill(); this.#active.length > 0 && !this.#closed; this.#fill()) {
      const [next] = this.#active.splice(Math.floor(this.#random() * this.#active.length), 1);
      if (!next) break;
      const outcome = await next.outcome;
      if (!this.#closed) this.#host.finished(next.job, outcome);
    }
    this.#busy = false;
  }

  #fill(): void {
    while (this.#active.length < ShuffledPool.WIDTH && !this.#closed) {
      const job = this.#host.pull();
      if (!job) return;
      this.#host.started(job);
      this.#active.push({ job, outcome: this.#execute(job) });
    }
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
