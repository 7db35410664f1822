/** Executes tasks in this process, one after another: for tests of flows and of the engine. */
import type { Graph } from '../../definition/graph';
import { encodeArtifact } from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { Decoder } from '../task/decoder';
import { toRecord } from '../task/error-record';
import { executeTask } from '../task/execute';
import type { TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import type { Job, Pool, PoolHost } from './pool';

/** Tasks in this process, one after another: for unit tests of flows, and of the engine. */
export class InProcessPool implements Pool {
  readonly #graph: Graph;
  readonly #cas: Cas;
  readonly #host: PoolHost;
  #busy = false;
  #closed = false;

  constructor(graph: Graph, cas: Cas, host: PoolHost) {
    this.#graph = graph;
    this.#cas = cas;
    this.#host = host;
  }

  wake(): void {
    if (!this.#busy) void this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    const decoder = new Decoder(this.#cas, this.#graph.codecs);
    for (let job = this.#host.pull(); job && !this.#closed; job = this.#host.pull()) {
      this.#host.started(job);
      const outcome = await this.#execute(job, decoder);
      if (!this.#closed) this.#host.finished(job, outcome);
    }
    this.#busy = false;
  }

  async #execute(job: Job, decoder: Decoder): Promise<TaskOutcome> {
    const startedAt = Date.now();
    const begun = performance.now();
    let release = () => {};
    try {
      if (job.packages) release = (await import('../../source/packages/resolve')).usePackages(job.packages);
      const views = new Map<string, View>();
      for (const label of job.views) views.set(label, await this.#host.view(label));
      const result = await executeTask({
        graph: this.#graph,
        run: this.#host.run,
        spec: job.spec,
        view: (label) => views.get(label) as View,
        decode: decoder.decode,
        item: decoder.item,
        encode: (name, value) => encodeArtifact(name, value, this.#cas, this.#graph.codecs),
        log: (stream, text) => this.#host.log(job, stream, text),
        signal: () => new AbortController().signal,
      });
      return { startedAt, durationMs: performance.now() - begun, status: 'done', result };
    } catch (thrown) {
      const failure = { error: toRecord(thrown), thrown };
      return { startedAt, durationMs: performance.now() - begun, status: 'failed', failure };
    } finally {
      release();
    }
  }
}
