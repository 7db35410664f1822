/** Spins a step, then the steps after it up to another one, on what was just made, in worker processes. Records nothing. */
import { join } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { requireStep } from '../engine/inputs/selection';
import { discardFolder } from '../engine/outputs/replace';
import { writingOutputs } from '../engine/outputs/writable';
import { RelayedPool } from '../engine/pool/relayed-pool';
import { Chain, stepsBetween } from '../engine/spin/chain';
import { notApplied } from '../engine/spin/outcome';
import { spinParams } from '../engine/spin/spec';
import type { SpinDone, ThroughDone } from '../engine/task/flow-event';
import { flowsFolder } from '../environment/output-folders';
import { sweepTemporary, temporaryName } from '../environment/temporary';
import { FileCas } from '../store/cas/cas';
import { firstTasks } from './chain-first';
import { ChainSpinner } from './chain-spinner';
import { publishing } from './publish';
import type { FileSession } from './session';
import type { SpinRequest } from './spin';
import { hidingOf } from './spin-all';

export interface ThroughRequest
  extends Pick<SpinRequest, 'selection' | 'overrides' | 'set' | 'params' | 'values'> {
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
  const first = requireStep(graph, { step: selection.step });
  const steps = [first, ...requireThrough(graph, first.name, through)];
  const hiding = graph.secrets && (await hidingOf(session, namesOf(steps), request.params));
  const emit = hiding ? hiding.events(publish) : publish;
  const { tasks, run, passedOver } = await firstTasks(session, request);
  const params = await spinParams(graph, store, run?.run, request.params);
  const chain = new Chain({ graph, store, run, step: first.name, through });
  const at = { flow: graph.flow, step: first.name, through, ...(run ? { run: run.run } : {}) };
  emit({
    ...{ type: 'through-started', ...at, count: tasks.length, workers, passedOver },
    notApplied: [...new Set(steps.flatMap(notApplied))],
  });
  const begun = performance.now();
  const draft = new Draft(workspace);
  const pool = new RelayedPool(await session.workers(workers, draft.folder, draft.folder));
  const spinner = new ChainSpinner({
    session,
    request,
    hiding,
    emit,
    params,
    chain,
    run,
    pool,
    cas: draft.cas,
  });
  let lacks: string | undefined;
  try {
    await writingOutputs(workspace, async () => {
      let goesOn = await spinner.spin(first, tasks);
      for (const node of chain.steps) {
        const { tasks: next, lacking } = goesOn ? await chain.next(node) : NOTHING;
        if (lacking.length > 0) lacks = cannotExecute(node, lacking);
        goesOn &&= lacking.length === 0 && (next.length === 0 || (await spinner.spin(node, next)));
      }
    });
  } catch (error) {
    emit({ type: 'spins-stopped', flow: graph.flow, step: first.name });
    throw error;
  } finally {
    await pool.end();
    draft.remove();
  }
  const ended = lacks ?? (spinner.failed ? undefined : chain.notReached);
  const done: ThroughDone = {
    ...{ type: 'through-done', ...at, steps: spinner.done, cases: chain.otherCases },
    status: spinner.failed || lacks !== undefined ? 'failed' : 'done',
    durationMs: performance.now() - begun,
    ...(ended === undefined ? {} : { ended }),
  };
  emit(done);
  return done;
}

const NOTHING: Awaited<ReturnType<Chain['next']>> = { tasks: [], lacking: [] };

function namesOf(steps: readonly StepNode[]): Set<string> {
  return new Set(steps.map(({ name }) => name));
}

function cannotExecute({ name }: StepNode, lacking: readonly string[]): string {
  const shown = `${lacking.slice(0, 3).join('; ')}${lacking.length > 3 ? '; …' : ''}`;
  return `"${name}" cannot be executed: ${shown}. Take a run that has it, by --origin.`;
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
