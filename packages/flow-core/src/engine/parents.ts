/** The inputs of a step from its parents under today's graph: for a step that a run has not seen, or saw otherwise wired. */
import type { Edge, Graph, Input, StepNode } from '../definition/graph';
import { listLength } from '../store/artifacts';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import { taskOf } from './address';
import type { Found, Resolved } from './resolve';
import type { Frame } from './task';

/** The task of a step at some place of the foreaches. Splits are mostly recorded in order: the first look often hits. */
export async function findTask(
  store: Store,
  flow: string,
  run: number,
  step: string,
  index: readonly number[],
  wanted: (row: TaskRow) => boolean,
): Promise<TaskRow | undefined> {
  for await (const row of store.tasks(flow, run, step)) {
    if (
      row.stack.length === index.length &&
      row.stack.every((frame, i) => frame.index === index[i]) &&
      wanted(row)
    ) {
      return row;
    }
  }
  return undefined;
}

export async function fromParents(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  index: number[],
): Promise<Found> {
  const resolved: Resolved = { node, run, origin: undefined, parents: [], stack: [], passedOver: [] };
  if (node.kind === 'start') return resolved;
  if (node.kind === 'join') return joinFromParents(graph, store, node, run, index);
  const at = node.kind === 'foreach' ? index.slice(0, -1) : index;
  for (const input of node.inputs) {
    const parent = await finishedParent(store, graph, run.run, input, at);
    if ('why' in parent) return parent;
    const { row } = parent;
    const label = `${row.step}/${row.task}`;
    resolved.parents.push(label);
    if (input.as !== undefined) resolved.as = [...(resolved.as ?? []), input.as];
    resolved.stack = row.stack;
    if (node.kind === 'loop') resolved.iteration = 0;
    if (node.kind === 'foreach') {
      const frame = await splitFrame(store, graph.flow, run.run, node, row, index.at(-1) as number);
      if ('why' in frame) return frame;
      resolved.stack = [...row.stack, frame];
    }
  }
  return resolved;
}

/** The finished task of an input's step, or of whichever of its alternatives ran and led here. */
async function finishedParent(
  store: Store,
  graph: Graph,
  run: number,
  input: Input,
  index: readonly number[],
): Promise<{ row: TaskRow } | { why: string }> {
  const reasons: string[] = [];
  for (const edge of input.from) {
    const row = await findTask(store, graph.flow, run, edge.from, index, (task) => task.more !== true);
    if (row?.status === 'done' && leads(edge, row)) return { row };
    reasons.push(
      !row
        ? `${edge.from} did not run there${index.length > 0 ? ` at index ${index.join(',')}` : ''}`
        : row.status !== 'done'
          ? `${edge.from} ${row.status === 'failed' ? 'failed' : 'has not finished'}`
          : `${edge.from} chose "${row.verdict}", not "${edge.when}"`,
    );
  }
  return { why: reasons.join(', ') };
}

export function leads(edge: Edge, row: TaskRow): boolean {
  return edge.when === undefined || row.verdict === edge.when;
}

async function splitFrame(
  store: Store,
  flow: string,
  run: number,
  node: StepNode,
  parent: TaskRow,
  index: number,
): Promise<Frame | { why: string }> {
  const over = node.over as string;
  const label = `${parent.step}/${parent.task}`;
  const at = parent.own.includes(over) ? label : parent.view[over];
  if (at === undefined) return { why: `${label} has no artifact "${over}"` };
  const [record] = await store.artifacts([{ flow, ...taskOf(run, at), name: over }]);
  const count = listLength(record?.type) ?? 0;
  if (index >= count) return { why: `"${over}" there has ${count} items, so no index ${index}` };
  return { step: node.name, index, count, over, of: label };
}

async function joinFromParents(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  outer: number[],
): Promise<Found> {
  const edges = (node.inputs[0] as Input).from;
  const splits: TaskRow[] = [];
  let count: number | undefined;
  let failed = 0;
  for (const edge of edges) {
    for await (const row of store.tasks(graph.flow, run.run, edge.from)) {
      const frame = row.stack.at(-1);
      if (!frame || row.stack.length !== outer.length + 1) continue;
      if (!row.stack.slice(0, -1).every((f, i) => f.index === outer[i])) continue;
      count = frame.count;
      if (row.more === true || !leads(edge, row)) continue;
      if (row.status === 'done') splits[frame.index] = row;
      else failed++;
    }
  }
  const names = edges.map(({ from }) => from).join(' or ');
  if (count === undefined) return { why: `${names} did not run there` };
  const done = splits.filter(Boolean);
  if (done.length < count) {
    const rest = count - done.length;
    return {
      why: `${rest} of ${count} splits of ${names} ${failed === rest ? 'failed' : 'have not finished'}`,
    };
  }
  return {
    node,
    run,
    origin: undefined,
    parents: done.map((row) => `${row.step}/${row.task}`),
    stack: (done[0] as TaskRow).stack.slice(0, -1),
    passedOver: [],
  };
}
