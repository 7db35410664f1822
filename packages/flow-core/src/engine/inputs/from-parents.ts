/** Finds a step's inputs from its parents in today's graph, when a run lacked the step or wired it differently. */
import type { Edge, Graph, Input, StepNode } from '../../definition/graph';
import type { RunRow, TaskRow } from '../../store/rows';
import { listLength } from '../../store/type-of';
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
      const frame = await splitFrame(tasks, graph.flow, run.run, node, row, index.at(-1) as number);
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
  tasks: Tasks,
  flow: string,
  run: number,
  node: StepNode,
  parent: TaskRow,
  index: number,
): Promise<Frame | { why: string; beyond?: boolean }> {
  const over = node.over as string;
  const label = labelOf(parent);
  const at = parent.stored.includes(over) ? label : parent.inherited[over];
  if (at === undefined) return { why: `${label} has no artifact "${over}"` };
  const [record] = await tasks.store.artifacts([{ flow, ...taskOf(run, at), name: over }]);
  const count = listLength(record?.type) ?? 0;
  if (index >= count) {
    const why = `"${over}" there has ${count} item${count === 1 ? '' : 's'}, so no index ${index}`;
    return { why, beyond: true };
  }
  return { step: node.name, index, count, over, shownBy: label };
}

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
  if (count === undefined) return { why: `${names} did not run there` };
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
