/** Executes one step on the inputs of several runs, or of all iterations of a loop, in worker processes. Records nothing. */
import { join, relative } from 'node:path';
import { isFlowError } from '../definition/errors';
import type { StepNode } from '../definition/graph';
import { resolveInputs } from '../engine/inputs/origin';
import { resolveSplits } from '../engine/inputs/origin-of-splits';
import type { Resolved } from '../engine/inputs/resolved';
import { requireStep } from '../engine/inputs/selection';
import { type Cells, cellsOf } from '../engine/inputs/sweep-cells';
import { type From, type NamedRun, namedRuns } from '../engine/inputs/sweep-runs';
import { Outputs } from '../engine/outputs/folder';
import { writingOutputs } from '../engine/outputs/writable';
import { spinSplits } from '../engine/spin/all';
import { notApplied, PREVIEW, type SpinOutcome, spinDone } from '../engine/spin/outcome';
import { spinParams } from '../engine/spin/spec';
import { recordedInputs } from '../engine/spin/split-inputs';
import type { SpinDone, SweepDone } from '../engine/task/flow-event';
import { previewOf } from '../engine/task/preview';
import type { RunContext } from '../engine/task/task';
import { ownNamespace } from '../environment/user';
import type { RunRow } from '../store/rows/rows';
import { Artifacts } from '../store/values/artifacts';
import { packagesOf } from './packages';
import { publishing } from './publish';
import type { FileSession } from './session';
import type { SpinRequest } from './spin';
import { hidingOf } from './spin-all';

export interface SweepRequest extends Pick<SpinRequest, 'selection' | 'overrides' | 'set' | 'params'> {
  /** Absent: the one run that a spin would take. */
  from?: From;
  /** All splits of a foreach, or those below the index. */
  all: boolean;
  /** All iterations that the runs have. */
  iterations: boolean;
  /** The most tasks at once. */
  workers: number;
  /** The content of `result.json` next to the outputs of one task. */
  result(done: SpinDone): object;
}

/** @throws FlowError for bad usage, and FLOW_INTERRUPTED. What the step throws is part of the outcome. */
export async function sweep(session: FileSession, request: SweepRequest): Promise<SweepDone> {
  const { graph, store, user, workspace, signal } = session;
  const { selection, all, iterations, workers } = request;
  const publish = publishing(session);
  const node = requireStep(graph, { step: selection.step });
  const hiding = graph.secrets && (await hidingOf(session, [node.name], request.params));
  const emit = hiding ? hiding.events(publish) : publish;
  const runs = await runsOf(session, request);
  const overrides = [request.overrides, request.set].filter((one) => one && hasNames(one));
  const cells = await cellsOf(runs, { graph, store, node, selection, all, iterations, overrides });
  const ofRuns = await paramsOf(session, runs, cells, request.params);
  const tasks = cells.tasks.filter(({ run }) => ofRuns.has(run?.run as number));
  const origins = await originsOf(session, runs, ofRuns);
  const begun = performance.now();
  const numbers = runs.map(({ run }) => run);
  emit({
    ...{ type: 'sweep-started', flow: graph.flow, step: node.name, runs: numbers, count: tasks.length },
    ...{ workers: Math.min(workers, tasks.length), notApplied: notApplied(node) },
  });
  const places = new Places(session, node, iterations);
  const doneOf = (outcome: SpinOutcome, task: Resolved) => {
    const done = spinDone(graph.flow, outcome, places.shown(task));
    return hiding ? hiding.maskIn(done) : done;
  };
  const spins: SpinDone[] = [];
  if (tasks.length > 0) {
    const packages = await packagesOf(session, node, emit);
    const pool = await session.workers(workers);
    const inputs = recordedInputs({ graph, store, selection, overrides, emit });
    try {
      const spinning = spinSplits({
        ...{ graph, splits: tasks, user, ofRuns, cwd: workspace, cas: store.cas, emit },
        inputs: hiding ? hiding.inputs(inputs, store.cas) : inputs,
        params: [],
        namespace: selection.namespace ?? ownNamespace(),
        folder: places.of,
        result: (outcome, task) => request.result(doneOf(outcome, task)),
        pool: (host) => pool.attach(hiding ? hiding.host(host) : host),
        ...(packages ? { packages } : {}),
        ...(signal ? { signal } : {}),
        ended: (outcome, task) => emit(doneOf(outcome, task)),
      });
      const outcomes = await writingOutputs(workspace, () => spinning);
      spins.push(...outcomes.map((outcome, i) => doneOf(outcome, tasks[i] as Resolved)));
      await writingOutputs(workspace, async () => places.place());
    } catch (error) {
      emit({ type: 'spins-stopped', flow: graph.flow, step: node.name });
      places.discard();
      throw error;
    }
  }
  const done: SweepDone = {
    ...{ type: 'sweep-done', flow: graph.flow, step: node.name, origins, spins },
    status: spins.length > 0 && spins.every(({ status }) => status === 'done') ? 'done' : 'failed',
    durationMs: performance.now() - begun,
    without: cells.without,
  };
  emit(done);
  return done;
}

/** @throws FlowError FLOW_FROM, FLOW_RUN_NOT_FOUND, FLOW_NO_INPUTS */
async function runsOf({ graph, store }: FileSession, request: SweepRequest): Promise<NamedRun[]> {
  const { selection, from, all } = request;
  if (from) return namedRuns(store, graph.flow, from, selection.namespace);
  const { run } = all
    ? await resolveSplits(graph, store, selection)
    : await resolveInputs(graph, store, selection);
  return run ? [{ run: run.run, row: run }] : [];
}

/**
 * The parameters of each run. A run whose recorded ones today's flow refuses is told with those without inputs.
 * @throws FlowError FLOW_PARAMS where that is so for all
 */
async function paramsOf(
  { graph, store }: FileSession,
  runs: readonly NamedRun[],
  cells: Cells,
  given: Record<string, unknown>,
): Promise<Map<number, RunContext['params']>> {
  const found = new Map<number, RunContext['params']>();
  const wanted = new Set(cells.tasks.map(({ run }) => (run as RunRow).run));
  let refused: unknown;
  for (const { run } of runs.filter((named) => wanted.has(named.run))) {
    try {
      found.set(run, await spinParams(graph, store, run, given));
    } catch (error) {
      if (!isFlowError(error)) throw error;
      refused = error;
      cells.without.push({ run, index: [], why: error.message });
    }
  }
  if (found.size === 0 && refused !== undefined) throw refused;
  return found;
}

/** The runs, with the parameters in which they differ. */
async function originsOf(
  { graph, store }: FileSession,
  runs: readonly NamedRun[],
  ofRuns: ReadonlyMap<number, RunContext['params']>,
): Promise<SweepDone['origins']> {
  const values = [...ofRuns.values()].map((params) => new Map(params));
  const differ = Object.keys(graph.params).filter(
    (name) => new Set(values.map((params) => params.get(name)?.digest)).size > 1,
  );
  const { decode } = new Artifacts(store.cas, graph.codecs);
  return runs.map(({ run }) => {
    const params = (ofRuns.get(run) ?? []).filter(([name]) => differ.includes(name));
    return {
      run,
      params: Object.fromEntries(params.map(([name, value]) => [name, previewOf(decode(value), PREVIEW)])),
    };
  });
}

function hasNames(given: object): boolean {
  return typeof given === 'function' || Object.keys(given).length > 0;
}

/** `dist/flow/<flow>/spin/<step>/from-<run>/`: apart from the outputs of a plain spin. */
class Places {
  readonly #session: FileSession;
  readonly #node: StepNode;
  readonly #iterations: boolean;
  readonly #outputs = new Map<number, Outputs>();

  /** @param iterations each iteration has a folder of its own */
  constructor(session: FileSession, node: StepNode, iterations: boolean) {
    this.#session = session;
    this.#node = node;
    this.#iterations = iterations;
  }

  readonly of = (task: Resolved) => this.#outputsOf(task).at(...this.#below(task));

  /** From the workspace's root. */
  shown(task: Resolved): string {
    const { folder } = this.#outputsOf(task);
    return join(relative(this.#session.workspace, folder), ...this.#below(task));
  }

  place(): void {
    for (const outputs of this.#outputs.values()) outputs.place();
  }

  discard(): void {
    for (const outputs of this.#outputs.values()) outputs.discard();
  }

  #outputsOf({ run }: Resolved): Outputs {
    const { graph, workspace } = this.#session;
    const number = (run as RunRow).run;
    const known = this.#outputs.get(number);
    const outputs = known ?? new Outputs(workspace, graph.flow, this.#node.name, [`from-${number}`]);
    this.#outputs.set(number, outputs);
    return outputs;
  }

  #below({ stack, iteration }: Resolved): string[] {
    const index = stack.map((frame) => String(frame.index));
    return this.#iterations && iteration !== undefined ? [...index, `iteration-${iteration}`] : index;
  }
}
