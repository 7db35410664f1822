/** What the default card of a run's task tells: from what was recorded of it. */
import type { RunRow, TaskRow } from '../../store/rows/rows';
import { Artifacts } from '../../store/values/artifacts';
import { LOG_END, type TaskFacts } from '../cards/task-facts';
import { recordedOutputs } from '../record/read';
import { Tasks } from '../record/task-index';
import { recordedViews } from '../record/views';
import { pathspecText, type TaskAddress } from '../task/flow-event';
import { fullPathspec, labelOf } from '../task/label';
import { viewsOf } from '../task/place';
import type { RunContext, TaskOutcome } from '../task/task';
import type { RunOptions } from './options';
import type { NumberedTask, Recorder } from './recorder';

/** Runs that are looked at for one to compare with. */
const RUNS = 5;

export interface EndedTask {
  task: NumberedTask;
  address: TaskAddress;
  outcome: TaskOutcome;
}

export class RunFacts {
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #params: RunContext['params'];
  readonly #tasks: Tasks;
  #earlier: Promise<RunRow[]> | undefined;

  constructor(options: RunOptions, recorder: Recorder, params: RunContext['params']) {
    this.#options = options;
    this.#recorder = recorder;
    this.#params = params;
    this.#tasks = new Tasks(options.store, true);
  }

  async of({ task, address, outcome }: EndedTask): Promise<TaskFacts> {
    const { graph, store } = this.#options;
    const { run } = this.#recorder.row;
    const { status, startedAt, durationMs } = outcome;
    const before = await this.#before(task);
    return {
      ...{ graph, step: task.step, status, startedAt, durationMs, attempt: task.attempt },
      name: pathspecText(address),
      params: this.#params,
      // A run forgets what its tasks left when nothing of it needs that any more.
      inputs: [...(await recordedViews(store, graph.flow, run, viewsOf(task))).values()],
      outputs: outcome.status === 'done' ? [...outcome.result.stored, ...outcome.result.references] : [],
      ...(outcome.status === 'failed' ? { error: outcome.failure.error } : {}),
      ...(before ? { before } : {}),
      log: await this.#log(task),
      decode: new Artifacts(store.cas, graph.codecs).decode,
    };
  }

  /** The newest earlier task of the same place that has ended well. What records nothing has none: its result is cached. */
  async #before({ step, stack, iteration }: NumberedTask): Promise<TaskFacts['before']> {
    if (this.#options.unrecorded) return undefined;
    this.#earlier ??= this.#runsBefore();
    const index = stack.map((frame) => frame.index);
    const isEqual = (row: TaskRow) => row.status === 'done' && row.iteration === iteration;
    for (const { flow, run } of await this.#earlier) {
      const row = await this.#tasks.find(flow, run, step, index, isEqual);
      if (!row) continue;
      const outputs = await recordedOutputs(this.#options.store, flow, run, row);
      return { name: fullPathspec(flow, run, labelOf(row)), outputs };
    }
    return undefined;
  }

  async #runsBefore(): Promise<RunRow[]> {
    const { flow, run, namespace } = this.#recorder.row;
    const runs: RunRow[] = [];
    for await (const row of this.#options.store.runs(flow, namespace, run)) {
      if (row.status !== 'running') runs.push(row);
      if (runs.length === RUNS) break;
    }
    return runs;
  }

  /** The end of what the attempt printed. */
  async #log({ step, number, attempt }: NumberedTask): Promise<string> {
    const { flow, run } = this.#recorder.row;
    let text = '';
    for await (const piece of this.#options.store.logs(flow, run, step, number))
      if (piece.attempt === attempt) text = (text + piece.text).slice(-LOG_END);
    return text;
  }
}
