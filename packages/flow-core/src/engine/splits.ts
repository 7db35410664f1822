/** All splits of a step that a run has inputs for: every number of every foreach around it, or those under some. */
import { FlowError } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import type { RunRow } from '../store/rows';
import type { Store } from '../store/store';
import { requireRun } from './find-run';
import {
  type Failure,
  foreachesAround,
  inRun,
  type Resolved,
  requireIndex,
  requireStep,
  type Selection,
  splitCount,
} from './resolve';
import { Tasks } from './tasks';

export interface Splits {
  node: StepNode;
  run: RunRow;
  /** In split order. */
  splits: Resolved[];
  /** Those without inputs. `untaken`: a switch led elsewhere, so that there is nothing to execute. */
  without: { index: number[]; why: string; untaken: boolean; beyond?: boolean }[];
  /** Newer runs that could not serve, and why. */
  passedOver: string[];
}

/**
 * The run is the newest in which no split lacks its inputs; where there is none, the newest that has some.
 * @throws FlowError FLOW_INDEX, FLOW_USAGE, FLOW_RUN_NOT_FOUND, FLOW_NO_INPUTS, FLOW_ITERATION
 */
export async function resolveSplits(graph: Graph, store: Store, selection: Selection): Promise<Splits> {
  const node = requireStep(graph, { step: selection.step });
  requireAll(graph, node, selection);
  const { run } = selection;
  const rows =
    run === undefined
      ? store.runs(graph.flow, selection.namespace)
      : [await requireRun(store, graph.flow, run)];
  const failures: Failure[] = [];
  let some: Splits | undefined;
  for await (const row of rows) {
    const found = await splitsIn(graph, store, node, row, selection);
    const lacking = found.without.filter(({ untaken }) => !untaken);
    const passedOver = failures.map(({ text }) => text);
    if (found.splits.length > 0 && (lacking.length === 0 || run !== undefined))
      return { ...found, passedOver };
    if (found.splits.length > 0) some ??= { ...found, passedOver };
    const why = whyNot(found, lacking);
    const beyond = found.without[0]?.beyond === true;
    failures.push({ run: row, why, beyond, text: `${row.run} (${why})` });
  }
  if (some) return some;
  const { noInputs } = await import('./no-inputs');
  throw await noInputs({ graph, store, node, selection, failures });
}

function requireAll(graph: Graph, node: StepNode, { index = [], task }: Selection): void {
  const around = foreachesAround(graph, node);
  if (around.length === 0) {
    throw new FlowError('FLOW_INDEX', `"${node.name}" stands in no foreach: leave --all out.`);
  }
  requireIndex(around, node, index);
  if (index.length === around.length) {
    throw new FlowError(
      'FLOW_INDEX',
      `--index=${index.join(',')} names one split of "${node.name}" already: leave --all out${around.length > 1 ? ', or give fewer numbers' : ''}.`,
    );
  }
  if (task !== undefined) {
    throw new FlowError('FLOW_USAGE', 'A task is one split already: leave --all out, or give run/step only.');
  }
}

function whyNot({ splits, without }: Pick<Splits, 'splits' | 'without'>, lacking: Splits['without']): string {
  const [first] = lacking.length > 0 ? lacking : without;
  const why = first?.why ?? 'it has no splits';
  return splits.length === 0
    ? why
    : `${lacking.length} of ${splits.length + without.length} splits without inputs: ${why}`;
}

async function splitsIn(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  selection: Selection,
): Promise<Splits> {
  const tasks = new Tasks(store, true);
  const found: Splits = { node, run, splits: [], without: [], passedOver: [] };
  const { iteration } = selection;
  const all = indexes(graph, tasks, node, run, selection.index ?? []);
  for await (const { index, why, beyond } of all) {
    const split =
      why === undefined
        ? await inRun(graph, tasks, node, run, { index, ...(iteration === undefined ? {} : { iteration }) })
        : { why };
    if (beyond) found.without.push({ index, why: why as string, untaken: false, beyond });
    else if ('why' in split) {
      // In a run that is done, what did not run was not to run: a switch led elsewhere.
      const untaken = split.untaken === true || run.status === 'done';
      found.without.push({ index, why: split.why, untaken });
    } else found.splits.push(split);
  }
  return found;
}

/** Every index below a prefix, in split order; a foreach that did not split there, with the reason. */
async function* indexes(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  prefix: readonly number[],
): AsyncGenerator<{ index: number[]; why?: string; beyond?: boolean }> {
  const step = foreachesAround(graph, node)[prefix.length];
  if (step === undefined) {
    yield { index: [...prefix] };
    return;
  }
  let count = await splitCount(graph, tasks, run, step, prefix);
  if (count === undefined) {
    const index = [...prefix, 0];
    const split = await inRun(graph, tasks, graph.steps.get(step) as StepNode, run, { index });
    if ('why' in split) {
      yield { index: [...prefix], why: split.why, beyond: split.beyond === true };
      return;
    }
    count = split.stack.at(-1)?.count ?? 0;
  }
  for (let n = 0; n < count; n++) yield* indexes(graph, tasks, node, run, [...prefix, n]);
}

/** How many splits are looked at to find one with inputs. */
const LOOKED_AT = 100;

/** The first split of a run that has inputs for a step. */
export async function someSplit(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
): Promise<number[] | undefined> {
  const tasks = new Tasks(store, true);
  let looked = 0;
  for await (const { index, why } of indexes(graph, tasks, node, run, [])) {
    if (++looked > LOOKED_AT) return undefined;
    if (why === undefined && !('why' in (await inRun(graph, tasks, node, run, { index })))) return index;
  }
  return undefined;
}
