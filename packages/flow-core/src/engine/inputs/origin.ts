/**
 * How a spin picks its origin: the run or task whose recorded inputs it takes. Inputs are looked up, never derived
 * from names or counts. A task that ran names its parents. For a step that no run had, the rows of its parents in
 * today's graph are searched.
 * The rules, in their order:
 *
 * 1. A task that the user names gives its own inputs. A run that the user names is the only one that is asked.
 * 2. Otherwise the newest run that has the inputs gives them: those of the step's own task, for the index and the iteration
 *    that were asked for, as long as today's step follows the same steps.
 * 3. For a step that did not run there, its parents under today's graph.
 * 4. Where no split of a foreach was asked for, the first one that has the inputs: a switch may have led the others elsewhere.
 * 5. A run in which a switch chose another case is passed over, unless the user wants it.
 */
import { FlowError } from '../../definition/errors';
import type { Graph, StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { requireRun } from '../record/find-run';
import { orLost } from '../record/lost';
import { Tasks } from '../record/task-index';
import { noTask } from '../task/not-found';
import { inRun } from './in-run';
import { type Failure, type Found, fromRow, type Resolved } from './resolved';
import { foreachesAround, requirePlace, requireStep, type Selection } from './selection';

/**
 * @throws FlowError FLOW_INDEX, FLOW_ITERATION, FLOW_RUN_NOT_FOUND, FLOW_TASK_NOT_FOUND, FLOW_NO_INPUTS
 */
export async function resolveInputs(graph: Graph, store: Store, selection: Selection): Promise<Resolved> {
  const node = requireStep(graph, { step: selection.step });
  // Here: where there is no run, nothing else looks at them.
  requirePlace(graph, node, selection);
  const { run, task } = selection;
  const tasks = new Tasks(store);
  const failures: Failure[] = [];
  const rows =
    run === undefined
      ? store.runs(graph.flow, selection.namespace)
      : [await requireRun(store, graph.flow, run)];
  for await (const row of rows) {
    if (task !== undefined) return ofTask(graph, store, node, row, task);
    const found = await inRun(graph, tasks, node, row, { ...selection, ignoreSwitch: false });
    if (!('why' in found)) return { ...found, passedOver: failures.map(({ text }) => text) };
    const other = wasNotMeant(found, row)
      ? await otherSplit(graph, store, node, row, selection, found)
      : undefined;
    if (other) return { ...other, passedOver: failures.map(({ text }) => text) };
    const { why, beyond = false } = found;
    failures.push({ run: row, why, beyond, text: `${row.run} (${why})` });
  }
  for (const { run: row, why } of failures.slice(0, LOOKED_AT)) {
    const other = await otherSplit(graph, store, node, row, selection, { why });
    if (other) return other;
  }
  if (selection.ignoreSwitch) {
    for (const { run: row } of failures) {
      const found = await inRun(graph, tasks, node, row, selection);
      if (!('why' in found)) return found;
    }
  }
  if (node.kind === 'start') {
    const passedOver = failures.map(({ text }) => text);
    return { node, run: undefined, origin: undefined, parents: [], stack: [], passedOver };
  }
  const { noInputs } = await import('./no-inputs');
  throw await noInputs({ graph, store, node, selection, failures });
}

/** How many runs are searched for another split, newest first. */
const LOOKED_AT = 10;

type Missing = Extract<Found, { why: string }>;

/** A run that ended well lacks a split because a switch led elsewhere: no other run is likely to have it. */
function wasNotMeant({ untaken, beyond }: Missing, { status, repaired }: RunRow): boolean {
  return untaken === true || (!beyond && status === 'done' && repaired === undefined);
}

/** Rule 4. Undefined where a split was asked for, too. */
async function otherSplit(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  selection: Selection,
  { why }: Missing,
): Promise<Resolved | undefined> {
  if ((selection.index ?? []).length >= foreachesAround(graph, node).length) return undefined;
  const { firstSplit } = await import('./splits');
  const found = await firstSplit(graph, store, node, run, selection);
  return found && { ...found, otherSplit: why };
}

/** Rule 1: the inputs of that very task. */
async function ofTask(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  task: number,
): Promise<Resolved> {
  const row = await store.task(graph.flow, run.run, node.name, task);
  if (row) {
    requireSameInputs(node, run, row);
    return fromRow(node, run, row);
  }
  const tasks: number[] = [];
  for await (const other of store.tasks(graph.flow, run.run, node.name)) {
    tasks.push(other.task);
    if (tasks.length === 6) break;
  }
  const none = noTask({ flow: graph.flow, run: run.run, step: node.name, task }, tasks);
  throw await orLost(none, store, run, node.name);
}

/** Today's step must read inputs of the same shape as the recorded task. @throws FlowError FLOW_STEP_CHANGED */
function requireSameInputs(node: StepNode, run: RunRow, row: TaskRow): void {
  const shape = (kind: string) => (['join', 'gather', 'start', 'foreach'].includes(kind) ? kind : 'step');
  const branches = node.inputs.every(({ as }) => as === undefined || row.branches?.includes(as));
  if (shape(node.kind) === shape(row.kind) && branches) return;
  const pathspec = `${run.flow}/${run.run}/${row.step}/${row.task}`;
  throw new FlowError(
    'FLOW_STEP_CHANGED',
    shape(node.kind) === shape(row.kind)
      ? `${pathspec} gathered ${row.branches?.join(', ')}, and today "${node.name}" gathers ${node.inputs.map(({ as }) => as).join(', ')}: its inputs do not fit. Spin the step by its name instead.`
      : `${pathspec} was recorded when "${node.name}" was a ${row.kind}, and today it is a ${node.kind}: its inputs do not fit. Spin the step by its name instead.`,
  );
}
