/** Who executes tasks: the interface, and the implementation in this process. */

import type { Graph } from '../definition/graph';
import { encodeArtifact } from '../store/artifacts';
import type { Cas } from '../store/cas';
import { Decoder } from './decoder';
import { toRecord } from './error-record';
import { executeTask } from './execute';
import type { Installed } from './packages';
import type { RunContext, TaskOutcome, TaskSpec } from './task';
import type { View } from './view';

export interface Job {
  spec: TaskSpec;
  /** A fresh worker for this task alone. */
  isolate: boolean;
  /** npm packages for this task alone. */
  packages?: Installed;
  /** Milliseconds that it may take. */
  timeoutMs?: number;
  /** Labels of all views that the task may read. */
  views: string[];
}

/**
 * How a pool and the run that uses it meet: the pool pulls tasks when it has room for one. The kind of a task is the
 * folder of its packages, or empty.
 */
export interface PoolHost {
  run: RunContext;
  /** The one that has waited longest, of this kind or of any. */
  pull(kind?: string): Job | undefined;
  /** How many tasks of a kind can be pulled now. */
  pending(kind: string): number;
  /** The kinds of which tasks can be pulled now, the one that has waited longest first. */
  kinds(): string[];
  /** With the bytes of small artifacts in it. */
  view(label: string): View | Promise<View>;
  started(job: Job): void;
  log(job: Job, stream: 'stdout' | 'stderr', text: string): void;
  finished(job: Job, outcome: TaskOutcome): void;
  /** A task that had ended printed something still, or threw. */
  late(task: string, text: string): void;
  /** Nothing can be executed any more: the flow does not load in a worker. */
  broken(error: unknown): void;
}

export interface Pool {
  /** There may be something to pull. */
  wake(): void;
  /** Ends every worker. Tasks under way are not reported any more. */
  close(): Promise<void>;
}

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
      if (job.packages) release = (await import('../source/packages/resolve')).usePackages(job.packages);
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
