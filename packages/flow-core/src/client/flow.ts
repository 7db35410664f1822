/** A flow: its runs. */
import { FlowError } from '../definition/errors';
import { latestRun, noRun, requireRun } from '../engine/record/find-run';
import { requireSameFlow } from '../engine/task/not-found';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { RunRow, RunStatus } from '../store/rows/rows';
import type { Store } from '../store/store';
import type { Codecs } from '../store/values/artifacts';
import { Run } from './run';
import type { Step } from './step';
import type { Task } from './task';
import type { Untyped } from './types';

export interface RunFilter {
  /** Runs that have this tag, or all of these, the user's or the system's. */
  tag?: string | readonly string[];
  status?: RunStatus;
  user?: string;
}

/** The runs of one flow. It is iterable: `for await (const run of client(movies))`. */
export class FlowClient<A> {
  readonly name: string;
  /** The namespace whose runs are listed and count as latest. Undefined means all. */
  readonly namespace: string | undefined;
  readonly #store: Store;
  readonly #codecs: Codecs;

  constructor(name: string, store: Store, namespace: string | undefined, codecs?: Codecs) {
    this.name = name;
    this.#codecs = codecs;
    this.namespace = namespace;
    this.#store = store;
  }

  /** The newest run of the namespace, whatever its status. @throws FlowError FLOW_RUN_NOT_FOUND */
  async latest(): Promise<Run<A>> {
    return this.#open(await latestRun(this.#store, this.name, this.namespace));
  }

  /** The newest run that is done. @throws FlowError FLOW_RUN_NOT_FOUND */
  async latestSuccessful(): Promise<Run<A>> {
    for await (const run of this.runs({ status: 'done' })) return run;
    throw await noRun(this.#store, this.name, this.namespace, 'no run that is done');
  }

  /**
   * A run by its number or pathspec, in any namespace.
   * @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_PATHSPEC, FLOW_PATHSPEC_FLOW
   */
  async run(run: number | string): Promise<Run<A>> {
    const number = typeof run === 'number' ? run : this.#spec(run, 'run').run;
    return this.#open(await requireRun(this.#store, this.name, number));
  }

  /** `12/train` @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_STEP_NOT_FOUND, FLOW_PATHSPEC, FLOW_PATHSPEC_FLOW */
  async step(pathspec: string): Promise<Step<Untyped>> {
    const { run, step } = this.#spec(pathspec, 'step');
    return (await this.run(run)).step(step);
  }

  /**
   * `12/train/3`
   * @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_STEP_NOT_FOUND, FLOW_TASK_NOT_FOUND, FLOW_PATHSPEC,
   * FLOW_PATHSPEC_FLOW
   */
  async task(pathspec: string): Promise<Task<Untyped>> {
    const { run, step, task } = this.#spec(pathspec, 'task');
    return (await this.run(run)).step(step).task(task);
  }

  /** The runs of the client's namespace, newest first. */
  async *runs({ tag = [], status, user }: RunFilter = {}): AsyncGenerator<Run<A>, void, undefined> {
    const tags = typeof tag === 'string' ? [tag] : tag;
    for await (const row of this.#store.tagged(this.name, { namespace: this.namespace, tags })) {
      if (status !== undefined && row.status !== status) continue;
      if (user !== undefined && row.user !== user) continue;
      yield new Run(this.#store, row, this.#codecs);
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Run<A>, void, undefined> {
    return this.runs();
  }

  async #open(row: RunRow): Promise<Run<A>> {
    return new Run(this.#store, { ...row, tags: await this.#store.tags(row) }, this.#codecs);
  }

  #spec<K extends 'run' | 'step' | 'task'>(text: string, wanted: K): Required<Pathspec> {
    const spec = parsePathspec(text);
    requireSameFlow(this.name, spec, text);
    const deepest = spec.task !== undefined ? 'task' : spec.step !== undefined ? 'step' : 'run';
    if (deepest === wanted && spec.run !== undefined) return spec as Required<Pathspec>;
    const example = { run: '12', step: '12/train', task: '12/train/3' }[wanted];
    throw new FlowError('FLOW_PATHSPEC', `"${text}" does not name a ${wanted}: that looks like ${example}.`);
  }
}
