/** Spins a step, then the steps after it up to another one, on what was just made, in worker processes. Records nothing. */
import { join, relative } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { resolveSplits } from '../engine/inputs/origin-of-splits';
import type { Overrides } from '../engine/inputs/override';
import { resolveOverridden, resplit, resplitAll } from '../engine/inputs/override-list';
import type { Resolved } from '../engine/inputs/resolved';
import { requireStep, type Selection } from '../engine/inputs/selection';
import { Outputs } from '../engine/outputs/folder';
import { discardFolder } from '../engine/outputs/replace';
import { writingOutputs } from '../engine/outputs/writable';
import { RelayedPool } from '../engine/pool/relayed-pool';
import { spinSplits } from '../engine/spin/all';
import { Chain, stepsBetween } from '../engine/spin/chain';
import { ChainInputs } from '../engine/spin/chain-inputs';
import type { Made } from '../engine/spin/chain-places';
import { notApplied, type SplitOutcome, spinDone } from '../engine/spin/outcome';
import { spinParams } from '../engine/spin/spec';
import { recordedInputs } from '../engine/spin/split-inputs';
import type { SpinDone, ThroughDone } from '../engine/task/flow-event';
import { flowsFolder } from '../environment/output-folders';
import { sweepTemporary, temporaryName } from '../environment/temporary';
import { ownNamespace } from '../environment/user';
import { Artifacts } from '../store/artifacts';
import { FileCas } from '../store/cas';
import type { RunRow } from '../store/rows';
import { packagesOf } from './packages';
import { publishing } from './publish';
import type { FileSession } from './session';
import type { SpinRequest } from './spin';
import { hidingOf } from './spin-all';

export interface ThroughRequest extends Pick<SpinRequest, 'selection' | 'overrides' | 'set' | 'params'> {
  /** The last step. */
  through: string;
  /** All splits of the first step, or those below the index. */
  all: boolean;
  /** The most tasks at once. */
  workers: number;
  /** The content of `result.json` next to the outputs of one task. */
  result(done: SpinDone): object;
}

/**
 * Ends before the last step where a task fails, where a switch leads elsewhere, and where the origin run lacks what a join or a
 * gather needs besides.
 * @throws FlowError FLOW_THROUGH and others for bad usage, and FLOW_INTERRUPTED. What a step throws is part of the outcome.
 */
export async function spinThrough(session: FileSession, request: ThroughRequest): Promise<ThroughDone> {
  const { graph, store, workspace } = session;
  const { selection, through, workers } = request;
  const publish = publishing(session);
  const steps = requireThrough(graph, selection.step, through);
  const names = new Set([selection.step, ...steps.map(({ name }) => name)]);
  const hiding = graph.secrets && (await hidingOf(graph, names, request.params));
  const emit = hiding ? hiding.events(publish) : publish;
  const { first, run, passedOver } = await firstOf(session, request);
  const params = await spinParams(graph, store, run?.run, request.params);
  const chain = new Chain({ graph, store, run, step: selection.step, through });
  const all = [...names].map((name) => graph.steps.get(name) as StepNode);
  emit({
    ...{ type: 'through-started', flow: graph.flow, step: selection.step, through },
    ...(run ? { run: run.run } : {}),
    ...{ count: first.length, workers, passedOver },
    notApplied: [...new Set(all.flatMap(notApplied))],
  });
  const begun = performance.now();
  const draft = new Draft(workspace);
  const inputs = new ChainInputs({
    recorded: recordedInputs({
      ...{ graph, store, selection, emit },
      overrides: [request.overrides, request.set],
    }),
    ...{ chain, graph, store, step: selection.step, to: draft.cas },
  });
  const pool = new RelayedPool(await session.workers(workers, draft.folder, draft.folder));
  const done: ThroughDone['steps'][number][] = [];
  let ended: string | undefined;
  const wave = async (node: StepNode, tasks: readonly Resolved[], outputs: Outputs) => {
    const folder = relative(workspace, outputs.folder);
    const made: Made[] = [];
    const doneOf = (outcome: SplitOutcome, task: Resolved) => {
      const spun = spinDone(graph.flow, outcome, join(folder, ...below(task)));
      return hiding ? hiding.maskIn(spun) : spun;
    };
    const packages = await packagesOf(session, node, emit);
    const outcomes = await spinSplits({
      ...{ graph, splits: tasks, params, user: session.user, cwd: workspace, cas: draft.cas, emit },
      inputs: hiding ? hiding.inputs(inputs, draft.cas) : inputs,
      namespace: selection.namespace ?? ownNamespace(),
      folder: (task) => outputs.at(...below(task)),
      result: (outcome, task) => request.result(doneOf(outcome, task)),
      pool: (host) => pool.attach(hiding ? hiding.host(host) : host),
      ...(packages ? { packages } : {}),
      ...(session.signal ? { signal: session.signal } : {}),
      returned: (task, result) => made.push(chain.add(task, result, inputs.behind(task))),
      ended: (outcome, task) => emit(doneOf(outcome, task)),
    });
    return { made, spins: outcomes.map((outcome, i) => doneOf(outcome, tasks[i] as Resolved)) };
  };
  /** All tasks of a step, with all iterations of a loop. Returns whether all have ended well. */
  const spinStep = async (node: StepNode, tasks: readonly Resolved[]): Promise<boolean> => {
    const outputs = new Outputs(workspace, graph.flow, node.name, [folderName(run)]);
    const spins: SpinDone[] = [];
    const known = chain.otherCases.length;
    try {
      for (let next = tasks; next.length > 0; ) {
        const { made, spins: spun } = await wave(node, next, outputs);
        spins.push(...spun);
        next = spun.every(({ status }) => status === 'done') ? await chain.again(made) : [];
      }
      outputs.place();
    } catch (error) {
      outputs.discard();
      throw error;
    }
    for (const other of chain.otherCases.slice(known)) emit({ type: 'other-case', ...other });
    done.push({ step: node.name, spins });
    return spins.every(({ status }) => status === 'done');
  };
  try {
    await writingOutputs(workspace, async () => {
      let well = await spinStep(graph.steps.get(selection.step) as StepNode, first);
      for (const node of chain.steps) {
        if (!well) break;
        const { tasks, lacking } = await chain.next(node);
        if (lacking.length > 0) {
          const shown = `${lacking.slice(0, 3).join('; ')}${lacking.length > 3 ? '; …' : ''}`;
          ended = `"${node.name}" cannot be executed: ${shown}. Take a run that has it, by --origin.`;
          break;
        }
        if (tasks.length > 0) well = await spinStep(node, tasks);
      }
    });
  } catch (error) {
    emit({ type: 'spins-stopped', flow: graph.flow, step: selection.step });
    throw error;
  } finally {
    await pool.end();
    draft.remove();
  }
  const failed = done.some(({ spins }) => spins.some(({ status }) => status !== 'done'));
  const why = ended ?? (failed ? undefined : chain.notReached);
  const event: ThroughDone = {
    ...{ type: 'through-done', flow: graph.flow, step: selection.step, through, steps: done },
    ...(run ? { run: run.run } : {}),
    status: failed || ended !== undefined ? 'failed' : 'done',
    durationMs: performance.now() - begun,
    ...(why === undefined ? {} : { ended: why }),
    cases: chain.otherCases,
  };
  emit(event);
  return event;
}

/** The steps between. @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_THROUGH */
export function requireThrough(graph: Graph, step: string, through: string): StepNode[] {
  requireStep(graph, { step: through });
  const steps = stepsBetween(graph, step, through);
  if (steps.length > 0) return steps;
  const after = [...graph.steps.keys()].filter((name) => stepsBetween(graph, step, name).length > 0);
  const there = after.length === 0 ? 'no step does' : `those that do are ${after.join(', ')}`;
  throw new FlowError('FLOW_THROUGH', `"${through}" does not follow "${step}": ${there}.`);
}

interface First {
  first: Resolved[];
  run: RunRow | undefined;
  passedOver: readonly string[];
}

/** What the first step is executed on. @throws FlowError FLOW_NO_INPUTS and others, as a spin does */
async function firstOf({ graph, store }: FileSession, request: ThroughRequest): Promise<First> {
  const { selection, overrides, set = {}, all } = request;
  const given = [overrides, set].filter((one) => one && (typeof one === 'function' || hasNames(one)));
  if (all) {
    const found = await resolveSplits(graph, store, selection);
    const { splits, run, passedOver } = await resplitAll(graph, store, found, given);
    return { first: splits, run, passedOver };
  }
  const resolved = await oneOf(graph, store, selection, given);
  return { first: [resolved], run: resolved.run, passedOver: resolved.passedOver };
}

async function oneOf(
  graph: Graph,
  store: FileSession['store'],
  selection: Selection,
  given: readonly (Overrides | undefined)[],
): Promise<Resolved> {
  const found = await resolveOverridden(graph, store, selection, given);
  if (given.length === 0 || found.resolved.node.kind !== 'foreach') return found.resolved;
  const inputs = recordedInputs({ graph, store, selection, overrides: given, emit: () => {} });
  const labels = [...found.resolved.parents, ...found.resolved.stack.map(({ shownBy }) => shownBy)];
  const views = await inputs.views(found.resolved, [...new Set(labels)]);
  return resplit(found, views, new Artifacts(store.cas, graph.codecs));
}

function hasNames(given: object): boolean {
  return Object.keys(given).length > 0;
}

/** `from-12`; where no run gave inputs, `from-parameters`. */
function folderName(run: RunRow | undefined): string {
  return `from-${run?.run ?? 'parameters'}`;
}

/** The folders of a task: its split, and its iteration. */
function below({ stack, iteration }: Resolved): string[] {
  const index = stack.map((frame) => String(frame.index));
  return iteration === undefined ? index : [...index, `iteration-${iteration}`];
}

/** Large values of what was made, and links to those of the origin run: for the workers, and gone with the chain. */
class Draft {
  readonly folder: string;
  readonly cas: FileCas;

  constructor(workspace: string) {
    const flows = flowsFolder(workspace);
    sweepTemporary(flows);
    this.folder = join(flows, temporaryName());
    this.cas = new FileCas(this.folder);
  }

  remove(): void {
    discardFolder(this.folder);
  }
}
