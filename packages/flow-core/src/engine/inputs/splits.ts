/** All splits of a step that a run has inputs for: every index of every foreach, or those below a prefix. */
import type { Graph, StepNode } from '../../definition/graph';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { Tasks } from '../record/task-index';
import { inRun, splitCount } from './in-run';
import type { Resolved } from './resolved';
import { foreachesAround, type Selection } from './selection';

export interface Splits {
  node: StepNode;
  run: RunRow;
  /** In split order. */
  splits: Resolved[];
  /** Splits without inputs. `untaken`: a switch led elsewhere, so there is nothing to execute. */
  without: { index: number[]; why: string; untaken: boolean; beyond?: boolean }[];
  /** Newer runs that were not usable, and why. */
  passedOver: string[];
}

export async function splitsIn(
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
  for await (const { index, why, beyond, empty } of all) {
    const split =
      why === undefined
        ? await inRun(graph, tasks, node, run, { index, ...(iteration === undefined ? {} : { iteration }) })
        : { why };
    // Where a foreach had nothing to split, no split is missing.
    if (empty) found.without.push({ index, why: why as string, untaken: true });
    else if (beyond) found.without.push({ index, why: why as string, untaken: false, beyond });
    else if ('why' in split) {
      // In a finished run that is whole, a split that did not run was not meant to: a switch led elsewhere.
      const isWhole = run.status === 'done' && run.repaired === undefined;
      const untaken = split.untaken === true || isWhole;
      found.without.push({ index, why: split.why, untaken });
    } else found.splits.push(split);
  }
  return found;
}

/** Yields every index below a prefix, in split order, or the reason why a foreach has no splits there. */
async function* indexes(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  prefix: readonly number[],
): AsyncGenerator<{ index: number[]; why?: string; beyond?: boolean; empty?: true }> {
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
      const { why, beyond = false, empty } = split;
      yield { index: [...prefix], why, beyond, ...(empty ? { empty } : {}) };
      return;
    }
    count = split.stack.at(-1)?.count ?? 0;
  }
  for (let n = 0; n < count; n++) yield* indexes(graph, tasks, node, run, [...prefix, n]);
}

/** How many splits are searched for one with inputs: the tasks of the steps around are read once. */
const LOOKED_AT = 10_000;

/** The first split of a run that has inputs for a step, of those below the index that was given. */
export async function firstSplit(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  { index: prefix = [], iteration }: Pick<Selection, 'index' | 'iteration'> = {},
): Promise<Resolved | undefined> {
  const tasks = new Tasks(store, true);
  let looked = 0;
  for await (const { index, why } of indexes(graph, tasks, node, run, prefix)) {
    if (++looked > LOOKED_AT) return undefined;
    if (why !== undefined) continue;
    const at = { index, ...(iteration === undefined ? {} : { iteration }) };
    const found = await inRun(graph, tasks, node, run, at);
    if (!('why' in found)) return found;
  }
  return undefined;
}
