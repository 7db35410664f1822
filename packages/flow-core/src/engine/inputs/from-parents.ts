/** Finds a step's inputs from its parents in today's graph, when a run lacked the step or wired it differently. */
import { type Edge, foreachOf, type Graph, type Input, type StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import { decodeArtifact } from '../../store/values/artifacts';
import { itemCount } from '../../store/values/lists';
import type { Tasks } from '../record/task-index';
import { labelOf, taskOf } from '../task/label';
import type { Frame } from '../task/task';
import type { Found, Resolved } from './resolved';

/** @param anyArm Take a switch's artifacts even when it chose another case. */
export async function fromParents(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  index: number[],
  anyArm = false,
): Promise<Found> {
  const resolved: Resolved = { node, run, origin: undefined, parents: [], stack: [], passedOver: [] };
  if (node.kind === 'start') return resolved;
  if (node.kind === 'join') return joinFromParents(graph, tasks, node, run, index);
  const at = node.kind === 'foreach' ? index.slice(0, -1) : index;
  for (const input of node.inputs) {
    const parent = await finishedParent(tasks, graph, run.run, input, at, anyArm);
    if ('why' in parent) return parent;
    const { row, otherArm } = parent;
    if (otherArm !== undefined) resolved.otherCase = otherArm;
    const label = labelOf(row);
    resolved.parents.push(label);
    if (input.as !== undefined) resolved.branches = [...(resolved.branches ?? []), input.as];
    resolved.stack = row.stack;
    if (node.kind === 'loop') resolved.iteration = 0;
    if (node.kind === 'foreach') {
      const frame = await splitFrame(graph, tasks, run.run, node, row, index.at(-1) as number);
      if ('why' in frame) return frame;
      resolved.stack = [...row.stack, frame];
    }
  }
  return resolved;
}

/** The finished task of an input's step, or of the alternative that ran and led here. */
async function finishedParent(
  tasks: Tasks,
  graph: Graph,
  run: number,
  input: Input,
  index: readonly number[],
  anyArm: boolean,
): Promise<{ row: TaskRow; otherArm?: string } | { why: string; untaken: boolean }> {
  const reasons: string[] = [];
  let untaken = true;
  for (const edge of input.from) {
    const row = await tasks.find(graph.flow, run, edge.from, index, (task) => task.continues !== true);
    if (row?.status === 'done' && leads(edge, row)) return { row };
    const otherArm = row?.status === 'done' ? `${edge.from} chose "${row.case}", not "${edge.when}"` : '';
    if (row && otherArm !== '' && anyArm) return { row, otherArm };
    untaken &&= otherArm !== '';
    reasons.push(
      !row
        ? `${edge.from} did not run there${index.length > 0 ? ` at index ${index.join(',')}` : ''}`
        : row.status !== 'done'
          ? `${edge.from} ${row.status === 'failed' ? 'failed' : 'has not finished'}`
          : otherArm,
    );
  }
  return { why: reasons.join(', '), untaken };
}

export function leads(edge: Edge, row: TaskRow): boolean {
  return edge.when === undefined || row.case === edge.when;
}

async function splitFrame(
  graph: Graph,
  tasks: Tasks,
  run: number,
  node: StepNode,
  parent: TaskRow,
  index: number,
): Promise<Frame | { why: string; beyond?: boolean; empty?: true }> {
  const over = node.over as string;
  const shownBy = labelOf(parent);
  const count = await countAfter(tasks, graph, run, parent, over);
  if (count === undefined) return { why: `${shownBy} has no artifact "${over}"` };
  if (count === 0) return { why: nothingSplit(node), empty: true };
  if (index >= count) return { why: noIndex(over, count, index), beyond: true };
  return { step: node.name, index, count, over, shownBy };
}

/** How many items a list has behind a task. Undefined where it shows no such artifact, 0 where that is no list. */
async function countAfter(
  { store }: Tasks,
  { flow, codecs }: Graph,
  run: number,
  task: TaskRow,
  over: string,
): Promise<number | undefined> {
  const known = task.counts?.[over];
  if (known !== undefined) return known;
  const at = task.stored.includes(over) ? labelOf(task) : task.inherited[over];
  if (at === undefined) return undefined;
  const [record] = await store.artifacts([{ flow, ...taskOf(run, at), name: over }]);
  return itemCount(record, (list) => decodeArtifact(list, store.cas, codecs)) ?? 0;
}

/** The task before a foreach that had nothing to split there. */
export async function emptySplitter(
  graph: Graph,
  tasks: Tasks,
  foreach: StepNode,
  run: number,
  outer: readonly number[],
): Promise<TaskRow | undefined> {
  const [input] = foreach.inputs;
  const parent = input && (await finishedParent(tasks, graph, run, input, outer, false));
  if (!parent || 'why' in parent) return undefined;
  const count = await countAfter(tasks, graph, run, parent.row, foreach.over as string);
  return count === 0 ? parent.row : undefined;
}

export const nothingSplit = ({ name, over }: StepNode) =>
  `"${over}" there is empty, so "${name}" had no splits`;

export const noIndex = (over: string, count: number, index: number) =>
  `"${over}" there has ${count === 1 ? 'one item: its index is 0' : `${count} items: an index is 0 to ${count - 1}`}, not ${index}`;

async function joinFromParents(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  outer: number[],
): Promise<Found> {
  const edges = (node.inputs[0] as Input).from;
  const splits: TaskRow[] = [];
  let count: number | undefined;
  let failed = 0;
  for (const edge of edges) {
    for await (const row of tasks.under(graph.flow, run.run, edge.from, outer)) {
      const frame = row.stack.at(-1) as TaskRow['stack'][number];
      count = frame.count;
      if (row.continues === true || !leads(edge, row)) continue;
      if (row.status === 'done') splits[frame.index] = row;
      else if (row.status === 'failed') failed++;
    }
  }
  const names = edges.map(({ from }) => from).join(' or ');
  if (count === undefined) {
    const foreach = graph.steps.get(foreachOf(graph, node) ?? '');
    const before = foreach && (await emptySplitter(graph, tasks, foreach, run.run, outer));
    if (!before) return { why: `${names} did not run there` };
    const { stack } = before;
    return { node, run, origin: undefined, parents: [], base: labelOf(before), stack, passedOver: [] };
  }
  const done = splits.filter(Boolean);
  if (done.length < count) {
    const unfinished = count - done.length - failed;
    const reasons = [
      ...(failed > 0 ? [`${failed} of ${count} splits of ${names} failed`] : []),
      ...(unfinished > 0 ? [`${unfinished} of ${count} splits of ${names} have not finished`] : []),
    ];
    return { why: reasons.join(', ') };
  }
  return {
    node,
    run,
    origin: undefined,
    parents: done.map((row) => labelOf(row)),
    stack: (done[0] as TaskRow).stack.slice(0, -1),
    passedOver: [],
  };
}
