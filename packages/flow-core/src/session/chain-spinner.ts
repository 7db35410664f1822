/** Executes the tasks of a chain, step after step, in worker processes, and writes their outputs. */
import { join, relative } from 'node:path';
import type { StepNode } from '../definition/graph';
import type { Resolved } from '../engine/inputs/resolved';
import { Outputs } from '../engine/outputs/folder';
import type { RelayedPool } from '../engine/pool/relayed-pool';
import { spinSplits } from '../engine/spin/all';
import type { Chain } from '../engine/spin/chain';
import { ChainInputs } from '../engine/spin/chain-inputs';
import type { Made } from '../engine/spin/chain-places';
import { type SplitOutcome, spinDone } from '../engine/spin/outcome';
import { recordedInputs } from '../engine/spin/split-inputs';
import { SharedSpun } from '../engine/spin/spun-cards';
import type { Emit, SpinDone, ThroughDone } from '../engine/task/flow-event';
import type { RunContext } from '../engine/task/task';
import { ownNamespace } from '../environment/user';
import type { Cas } from '../store/cas/cas';
import type { RunRow } from '../store/rows/rows';
import { packagesOf } from './packages';
import type { FileSession } from './session';
import type { SpinRequest } from './spin';
import type { hidingOf } from './spin-all';

export interface ChainSpinnerOptions {
  session: FileSession;
  request: Pick<SpinRequest, 'selection' | 'overrides' | 'set' | 'values'> & {
    /** The content of `result.json` next to the outputs of one task. */
    result(done: SpinDone): object;
  };
  /** Of a flow that has secrets. */
  hiding: Awaited<ReturnType<typeof hidingOf>> | undefined;
  emit: Emit;
  params: RunContext['params'];
  chain: Chain;
  /** The origin run. */
  run: RunRow | undefined;
  pool: RelayedPool;
  /** Where the workers find and leave large values. */
  cas: Cas;
}

export class ChainSpinner {
  readonly #options: ChainSpinnerOptions;
  readonly #inputs: ChainInputs;
  /** What was executed, in its order. */
  readonly done: ThroughDone['steps'][number][] = [];

  constructor(options: ChainSpinnerOptions) {
    this.#options = options;
    const { session, request, emit, chain, cas } = options;
    const { graph, store } = session;
    const { selection, overrides, set } = request;
    const recorded = recordedInputs({ graph, store, selection, emit, overrides: [overrides, set] });
    this.#inputs = new ChainInputs({ recorded, chain, graph, store, step: selection.step, to: cas });
  }

  /** A task has failed. */
  get failed(): boolean {
    return this.done.some(({ spins }) => !allWell(spins));
  }

  /** All tasks of a step, with all iterations of a loop. Returns whether they have ended well. */
  async spin(node: StepNode, tasks: readonly Resolved[]): Promise<boolean> {
    const { session, chain, run, emit } = this.#options;
    const outputs = new Outputs(session.workspace, session.graph.flow, node.name, [folderName(run)]);
    const spins: SpinDone[] = [];
    const { graph, store } = session;
    const shared = new SharedSpun({ graph, step: node.name, recorded: run && { store, run }, emit });
    const known = chain.otherCases.length;
    try {
      for (let next = tasks; next.length > 0; ) {
        emit({ type: 'tasks-planned', step: node.name, count: next.length });
        const wave = await this.#wave(node, next, outputs, shared);
        spins.push(...wave.spins);
        next = allWell(wave.spins) ? await chain.again(wave.made) : [];
      }
      outputs.at().writeCards(await shared.cards());
      outputs.place();
    } catch (error) {
      outputs.discard();
      throw error;
    }
    for (const other of chain.otherCases.slice(known)) emit({ type: 'other-case', ...other });
    this.done.push({ step: node.name, spins });
    return allWell(spins);
  }

  async #wave(node: StepNode, tasks: readonly Resolved[], outputs: Outputs, shared: SharedSpun) {
    const { session, request, hiding, emit, params, chain, pool, cas } = this.#options;
    const { graph, store, user, workspace, signal } = session;
    const folder = relative(workspace, outputs.folder);
    const made: Made[] = [];
    const doneOf = (outcome: SplitOutcome, task: Resolved) => {
      const spun = spinDone(graph.flow, outcome, join(folder, ...below(task)));
      return hiding ? hiding.maskIn(spun) : spun;
    };
    const packages = await packagesOf(session, node, emit);
    const outcomes = await spinSplits({
      ...{ graph, splits: tasks, params, user, cwd: workspace, cas, emit, shared },
      inputs: hiding ? hiding.inputs(this.#inputs, cas) : this.#inputs,
      namespace: request.selection.namespace ?? ownNamespace(),
      folder: (task) => outputs.at(...below(task)),
      result: (outcome, task) => request.result(doneOf(outcome, task)),
      pool: (host) => pool.attach(hiding ? hiding.host(host) : host),
      ...(packages ? { packages } : {}),
      ...(signal ? { signal } : {}),
      ...(request.values ? { values: true, originCas: store.cas } : {}),
      returned: (task, result) => made.push(chain.add(task, result, this.#inputs.behind(task))),
      ended: (outcome, task) => emit(doneOf(outcome, task)),
    });
    return { made, spins: outcomes.map((outcome, i) => doneOf(outcome, tasks[i] as Resolved)) };
  }
}

function allWell(spins: readonly SpinDone[]): boolean {
  return spins.every(({ status }) => status === 'done');
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
