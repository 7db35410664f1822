/** Finds the inputs that one run recorded for a step. */
import { FlowError } from '../../definition/errors';
import { foreachOf, type Graph, type Input, type StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { lostOf, someLost } from '../record/lost';
import type { Tasks } from '../record/task-index';
import { parseLabel, taskOf } from '../task/label';
import { emptySplitter, fromParents, leads, noIndex, nothingSplit } from './from-parents';
import { type Found, fromRow } from './resolved';
import { foreachesAround, requireIndex, type Selection } from './selection';

/** Rules 2 to 4: the step's own task in this run, otherwise its parents in today's graph. */
export async function inRun(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  selection: Pick<Selection, 'index' | 'iteration' | 'ignoreSwitch'>,
): Promise<Found> {
  const around = foreachesAround(graph, node);
  const given = selection.index ?? [];
  requireIndex(around, node, given);
  const index = around.map((_, i) => given[i] ?? 0);
  if (selection.iteration !== undefined)
    return ofIteration(graph, tasks, node, run, index, selection.iteration);
  const row = await tasks.find(graph.flow, run.run, node.name, index, ({ iteration }) => !iteration);
  if (row && sameEdges(graph, node, row) && (await sameArms(tasks.store, graph.flow, run.run, node, row))) {
    return fromRow(node, run, row);
  }
  const found = await fromParents(graph, tasks, node, run, index, selection.ignoreSwitch);
  if (!('why' in found)) {
    const lost = row ? [] : await lostOf(tasks.store, run, node.name);
    return lost.length === 0 ? found : { ...found, lost: someLost(lost) };
  }
  const beyond = await outOfRange(graph, tasks, run, around, index);
  if (beyond || run.repaired === undefined) return beyond ?? found;
  const lost = await lostOf(tasks.store, run);
  return lost.length === 0 ? found : { ...found, why: `${found.why}; ${someLost(lost).replace(/\.$/, '')}` };
}

/** The reason when an index is beyond the number of splits, or when there are none. */
export async function outOfRange(
  graph: Graph,
  tasks: Tasks,
  run: RunRow,
  around: readonly string[],
  index: readonly number[],
): Promise<Extract<Found, { why: string }> | undefined> {
  for (const [level, step] of around.entries()) {
    const outer = index.slice(0, level);
    const foreach = graph.steps.get(step) as StepNode;
    const count = await splitCount(graph, tasks, run, step, outer);
    if (count === undefined) {
      const isEmpty = await emptySplitter(graph, tasks, foreach, run.run, outer);
      return isEmpty && { why: nothingSplit(foreach), empty: true };
    }
    const wanted = index[level] as number;
    if (wanted >= count) return { why: noIndex(foreach.over as string, count, wanted), beyond: true };
  }
  return undefined;
}

/** The number of splits of a foreach, from its tasks. Undefined when none of them ran. */
export async function splitCount(
  graph: Graph,
  tasks: Tasks,
  run: RunRow,
  step: string,
  outer: readonly number[],
): Promise<number | undefined> {
  for await (const row of tasks.under(graph.flow, run.run, step, outer)) {
    const frame = row.stack.at(-1);
    return frame?.over === graph.steps.get(step)?.over ? frame?.count : undefined;
  }
  return undefined;
}

/** An iteration that ran, or the one after the last, on the last one's artifacts. */
export async function ofIteration(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  index: readonly number[],
  iteration: number,
): Promise<Found> {
  if (node.kind !== 'loop')
    throw new FlowError('FLOW_ITERATION', `"${node.name}" is no loop: leave --iteration out.`);
  const find = (n: number) => tasks.find(graph.flow, run.run, node.name, index, (row) => row.iteration === n);
  const row = await find(iteration);
  if (row) return fromRow(node, run, row);
  const before = iteration > 0 ? await find(iteration - 1) : undefined;
  if (before?.status !== 'done') return { why: `"${node.name}" has no iteration ${iteration} there` };
  const { step, task, stack } = before;
  return { node, run, origin: undefined, parents: [`${step}/${task}`], stack, iteration, passedOver: [] };
}

/** Whether a recorded task has the same parents as its step in today's graph. */
export function sameEdges(graph: Graph, node: StepNode, row: TaskRow): boolean {
  if (row.kind !== node.kind) return false;
  if (node.kind === 'start') return true;
  if (node.kind === 'gather') {
    return (
      row.branches?.length === node.inputs.length &&
      node.inputs.every((input) => {
        const parent = row.parents[row.branches?.indexOf(input.as as string) ?? -1];
        return parent !== undefined && comesFrom(input, parent);
      })
    );
  }
  if (node.kind === 'foreach' && row.stack.at(-1)?.over !== node.over) return false;
  if (row.base !== undefined) return node.kind === 'join' && splitsBehind(graph, node, row.base);
  const parent = row.parents[0] as string;
  return (
    comesFrom(node.inputs[0] as Input, parent) ||
    (node.kind === 'loop' && parseLabel(parent).step === node.name)
  );
}

/** Whether the switches before a recorded task chose the cases through which its step is reached today. */
export async function sameArms(
  store: Store,
  flow: string,
  run: number,
  node: StepNode,
  row: TaskRow,
): Promise<boolean> {
  if (!node.inputs.some(({ from }) => from.some(({ when }) => when !== undefined))) return true;
  const labels = row.parents.map((label) => taskOf(run, label));
  const parents = await Promise.all(labels.map((at) => store.task(flow, at.run, at.step, at.task)));
  return parents.every((parent) => {
    const edges = node.inputs.flatMap(({ from }) => from.filter((edge) => edge.from === parent?.step));
    return !parent || edges.length === 0 || edges.some((edge) => leads(edge, parent));
  });
}

/** Whether the foreach that a join ends follows the step of this task today. */
function splitsBehind(graph: Graph, join: StepNode, base: string): boolean {
  const [input] = graph.steps.get(foreachOf(graph, join) ?? '')?.inputs ?? [];
  return input !== undefined && comesFrom(input, base);
}

export function comesFrom(input: Input, parent: string): boolean {
  return input.from.some((edge) => edge.from === parseLabel(parent).step);
}
