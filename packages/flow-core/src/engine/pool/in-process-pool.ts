/** Executes tasks in this process, one after another: for tests of flows and of the engine. */
import type { Graph } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import { Artifacts } from '../../store/values/artifacts';
import { type Guard, makeGuard } from '../contain/guard';
import type { TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import type { Job } from './job';
import { failedOutcome, perform } from './perform';
import type { Pool, PoolHost } from './pool';

export class InProcessPool implements Pool {
  readonly here = true;
  readonly #host: PoolHost;
  readonly #execute: (job: Job) => Promise<TaskOutcome>;
  readonly #signal: AbortSignal | undefined;
  #busy = false;
  #working: Promise<void> | undefined;
  #closed = false;

  /**
   * @param signal Aborted when the task under way is not waited for any more.
   * @param persistedCas where values of tasks with `outputs` go too
   */
  constructor(graph: Graph, cas: Cas, host: PoolHost, signal?: AbortSignal, persistedCas?: Cas) {
    this.#host = host;
    this.#signal = signal;
    const hush = graph.secrets !== undefined;
    const options = { processOwner: 'tests', hush, ...(signal ? { signal } : {}) } as const;
    this.#execute = executorHere(graph, cas, host, () => makeGuard(options), persistedCas);
  }

  wake(): void {
    if (!this.#busy) this.#working = this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    // What its task changed in this process is put back then.
    if (this.#signal?.aborted) await this.#working;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let job = this.#next(); job; job = this.#next()) {
      this.#host.started(job);
      job.start?.begin();
      const outcome = await this.#execute(job);
      if (!this.#closed) this.#host.finished(job, outcome);
    }
    this.#busy = false;
  }

  #next(): Job | undefined {
    return this.#closed ? undefined : this.#host.pull();
  }
}

/**
 * Gives what executes a job in this process, without the step's `timeout`.
 * @param cas where large values are read and written
 * @param guard keeps a task from changing this process; not where several are executed at once
 */
export function executorHere(
  graph: Graph,
  cas: Cas,
  host: PoolHost,
  guard?: () => Guard,
  persistedCas?: Cas,
): (job: Job) => Promise<TaskOutcome> {
  const artifacts = new Artifacts(cas, graph.codecs);
  return async (job) => {
    let release = () => {};
    try {
      if (job.packages) release = (await import('../../source/packages/resolve')).usePackages(job.packages);
      // At once: what is not at hand is read together.
      const found = await Promise.all(job.views.map((label) => host.view(label)));
      const views = new Map(job.views.map((label, i) => [label, found[i] as View]));
      const guarded = guard?.();
      return await perform({
        graph,
        ...(guarded ? { within: (_fail, body) => guarded.within(body) } : {}),
        run: host.run,
        spec: job.spec,
        view: (label) => views.get(label) as View,
        log: (stream, text) => host.log(job, stream, text),
        showCard: (card) => host.card?.(job, card),
        artifacts,
        ...(persistedCas ? { persistedCas } : {}),
      });
    } catch (thrown) {
      return failedOutcome(thrown);
    } finally {
      release();
    }
  };
}
