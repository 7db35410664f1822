/** Tasks in this process, several at once, that finish in an order drawn from a seed. */
import type { Graph } from '../../src/definition/graph';
import type { Job, Pool, PoolHost } from '../../src/engine/pool/pool';
import { Decoder } from '../../src/engine/task/decoder';
import { toRecord } from '../../src/engine/task/error-record';
import { executeTask } from '../../src/engine/task/execute';
import type { TaskOutcome } from '../../src/engine/task/task';
import type { View } from '../../src/engine/task/view';
import { encodeArtifact } from '../../src/store/artifacts';
import type { Cas } from '../../src/store/cas';

/** Tasks under way at once. */
const WIDTH = 8;

export class ShuffledPool implements Pool {
  readonly #graph: Graph;
  readonly #cas: Cas;
  readonly #host: PoolHost;
  readonly #random: () => number;
  readonly #decoder: Decoder;
  readonly #active: { job: Job; outcome: Promise<TaskOutcome> }[] = [];
  #busy = false;
  #closed = false;

  constructor(graph: Graph, cas: Cas, host: PoolHost, seed: number) {
    this.#graph = graph;
    this.#cas = cas;
    this.#host = host;
    this.#random = randomOf(seed);
    this.#decoder = new Decoder(cas);
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
    while (this.#active.length < WIDTH && !this.#closed) {
      const job = this.#host.pull();
      if (!job) return;
      this.#host.started(job);
      this.#active.push({ job, outcome: this.#execute(job) });
    }
  }

  async #execute(job: Job): Promise<TaskOutcome> {
    const startedAt = Date.now();
    const begun = performance.now();
    const took = () => performance.now() - begun;
    try {
      const views = new Map<string, View>();
      for (const label of job.views) views.set(label, await this.#host.view(label));
      const result = await executeTask({
        graph: this.#graph,
        run: this.#host.run,
        spec: job.spec,
        view: (label) => views.get(label) as View,
        decode: this.#decoder.decode,
        item: this.#decoder.item,
        encode: (name, value) => encodeArtifact(name, value, this.#cas),
        log: (stream, text) => this.#host.log(job, stream, text),
        signal: () => new AbortController().signal,
      });
      return { startedAt, durationMs: took(), status: 'done', result };
    } catch (thrown) {
      return {
        startedAt,
        durationMs: took(),
        status: 'failed',
        failure: { error: toRecord(thrown), thrown },
      };
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
