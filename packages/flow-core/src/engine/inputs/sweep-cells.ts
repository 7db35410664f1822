/** The tasks of a sweep: what a step is executed on in each of several runs, or why it cannot be there. */
import { isFlowError } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { Tasks } from '../record/task-index';
import { recordedViews } from '../record/views';
import { wholeLabel } from '../task/label';
import { viewsOf } from '../task/place';
import { inRun, ofIteration } from './in-run';
import { requireAll } from './origin-of-splits';
import type { Overrides } from './override';
import { resplitAll } from './override-list';
import type { Resolved } from './resolved';
import { foreachesAround, requirePlace, type Selection } from './selection';
import { type Splits, splitsIn } from './splits';
import type { NamedRun } from './sweep-runs';

export interface CellsOptions {
  graph: Graph;
  store: Store;
  node: StepNode;
  /** Its run counts for nothing. */
  selection: Selection;
  /** All splits, or those below the index. */
  all: boolean;
  /** All iterations that the runs have. */
  iterations: boolean;
  /** Put on top of what was recorded, in this order. */
  overrides: readonly (Overrides | undefined)[];
}

export interface Cells {
  tasks: Resolved[];
  without: { run: number; index: number[]; why: string }[];
}

/** @throws FlowError FLOW_INDEX, FLOW_ITERATION, FLOW_USAGE */
export async function cellsOf(runs: readonly NamedRun[], options: CellsOptions): Promise<Cells> {
  const { graph, node, selection, all } = options;
  if (all) requireAll(graph, node, selection);
  // A step that is no loop has no iterations.
  const {
    iterations,
    selection: { iteration },
  } = options;
  requirePlace(graph, node, { ...selection, ...(iterations ? { iteration: iteration ?? 0 } : {}) });
  const found: Cells = { tasks: [], without: [] };
  for (const named of runs) {
    const { run } = named;
    if ('why' in named) {
      found.without.push({ run, index: [], why: named.why });
      continue;
    }
    const { splits, without } = await splitsOf(named.row, options);
    const tasks: Resolved[] = [];
    for (const split of splits) tasks.push(...(await iterationsOf(named.row, split, options)));
    const { whole, lost } = await withViews(named.row, tasks, options);
    found.tasks.push(...whole.map(apart));
    for (const { index, why } of [...without, ...lost]) found.without.push({ run, index, why });
  }
  return found;
}

async function splitsOf(row: RunRow, options: CellsOptions): Promise<Pick<Splits, 'splits' | 'without'>> {
  const { graph, store, node, selection, all, overrides } = options;
  try {
    const found = all ? await splitsIn(graph, store, node, row, selection) : await oneIn(row, options);
    const resplit = overrides.length > 0 && found.splits.length > 0;
    const given = resplit ? await resplitAll(graph, store, found, overrides) : found;
    const depth = foreachesAround(graph, node).length;
    if (all || depth === 0) return given;
    // A list that is given may have more splits, or fewer.
    const at = selection.index?.[depth - 1] ?? 0;
    const splits = given.splits.filter(({ stack }) => stack.at(-1)?.index === at);
    if (splits.length > 0) return { splits, without: [] };
    if (found.without.length > 0) return { splits, without: found.without };
    const why = `"${node.over}", which was given, has no index ${at}`;
    return { splits, without: [{ index: [...(selection.index ?? [])], why, untaken: false }] };
  } catch (error) {
    // Of this run something is lost: the others are as they were.
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
    return { splits: [], without: [{ index: [], why: error.message, untaken: false }] };
  }
}

/** The one split that is selected; of a list that may be given, the first where the run's own is shorter. */
async function oneIn(run: RunRow, options: CellsOptions): Promise<Splits> {
  const { graph, store, node, selection, overrides } = options;
  const tasks = new Tasks(store);
  const found = await inRun(graph, tasks, node, run, selection);
  const none = { node, run, splits: [], without: [], passedOver: [] };
  if (!('why' in found)) return { ...none, splits: [found] };
  const index = foreachesAround(graph, node).map((_, level) => selection.index?.[level] ?? 0);
  const without = [{ index, why: found.why, untaken: found.untaken === true }];
  if (!found.beyond || node.kind !== 'foreach' || overrides.length === 0) return { ...none, without };
  const first = await inRun(graph, tasks, node, run, { ...selection, index: [...index.slice(0, -1), 0] });
  return { ...none, without, splits: 'why' in first ? [] : [first] };
}

/** The same split in each iteration that the run has; a run that has none gives what it has for the first. */
async function iterationsOf(run: RunRow, split: Resolved, options: CellsOptions): Promise<Resolved[]> {
  if (!options.iterations) return [split];
  const { graph, store, node } = options;
  const tasks = new Tasks(store, true);
  const index = split.stack.map((frame) => frame.index);
  const found: Resolved[] = [];
  for (;;) {
    const next = await ofIteration(graph, tasks, node, run, index, found.length);
    // What has no task of its own comes after the last one.
    if ('why' in next || next.origin === undefined) break;
    found.push(next);
  }
  return found.length > 0 ? found : [split];
}

/** Those of which the store has all that they may see. Large values are looked at by who reads them. */
async function withViews(
  { run }: RunRow,
  tasks: readonly Resolved[],
  { graph, store }: CellsOptions,
): Promise<{ whole: readonly Resolved[]; lost: { index: number[]; why: string }[] }> {
  const lossOf = async (of: readonly Resolved[]): Promise<string | undefined> => {
    try {
      await recordedViews(store, graph.flow, run, [...new Set(of.flatMap(viewsOf))]);
      return undefined;
    } catch (error) {
      if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
      return error.message;
    }
  };
  if ((await lossOf(tasks)) === undefined) return { whole: tasks, lost: [] };
  const whole: Resolved[] = [];
  const lost: { index: number[]; why: string }[] = [];
  for (const task of tasks) {
    const why = await lossOf([task]);
    if (why === undefined) whole.push(task);
    else lost.push({ index: task.stack.map(({ index }) => index), why });
  }
  return { whole, lost };
}

/** By labels that hold for several runs. */
function apart(split: Resolved): Resolved {
  const { run, parents, base, stack } = split;
  if (!run) return split;
  const whole = (label: string) => wholeLabel(run.run, label);
  return {
    ...split,
    parents: parents.map(whole),
    ...(base === undefined ? {} : { base: whole(base) }),
    stack: stack.map((frame) => ({ ...frame, shownBy: whole(frame.shownBy) })),
  };
}
