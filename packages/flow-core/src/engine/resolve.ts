/**
 * Where a spin takes its inputs from. They are looked up, never derived from names or counts: a task that ran names its
 * parents; for a step that no run has seen, its parents under today's graph are searched by what their rows say.
 */
import { FlowError, suggest } from '../definition/errors';
import { depthOf, type Graph, type Input, type StepNode } from '../definition/graph';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import { taskOf } from './address';
import { inNamespace, requireRun } from './find-run';
import { findTask, fromParents, leads } from './parents';
import type { Frame } from './task';

export interface Selection {
  step: string;
  /** A run given by the user; with `task`, that very task. */
  run?: number;
  task?: number;
  /** Which split, one number for each level, outermost first; missing ones are 0. */
  index?: number[];
  /** Which iteration of a loop, from 0. */
  iteration?: number;
  /** Whose runs count where none is given; undefined for everybody's. */
  namespace: string | undefined;
}

export interface Resolved {
  node: StepNode;
  run: RunRow | undefined;
  /** The task whose inputs these are, where one ran. */
  origin: TaskRow | undefined;
  parents: string[];
  as?: string[];
  stack: Frame[];
  iteration?: number;
  /** Newer runs that could not serve, and why. */
  passedOver: string[];
}

/** The step that a pathspec and `--step` name together. @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_USAGE, FLOW_PATHSPEC_FLOW */
export function requireStep(graph: Graph, spec: Pathspec): StepNode {
  if (spec.flow !== undefined && spec.flow !== graph.flow) {
    throw new FlowError(
      'FLOW_PATHSPEC_FLOW',
      `The pathspec is one of the flow "${spec.flow}", but this is "${graph.flow}".`,
    );
  }
  const names = [...graph.steps.keys()];
  if (spec.step === undefined) {
    throw new FlowError('FLOW_USAGE', `Which step? ${graph.flow} has: ${names.join(', ')}.`);
  }
  const node = graph.steps.get(spec.step);
  if (!node) {
    throw new FlowError(
      'FLOW_STEP_NOT_FOUND',
      `There is no step "${spec.step}" in ${graph.flow}. ${suggest(spec.step, names)}`,
    );
  }
  return node;
}

/**
 * @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_TASK_NOT_FOUND, FLOW_NO_INPUTS
 */
export async function resolveInputs(graph: Graph, store: Store, selection: Selection): Promise<Resolved> {
  const node = requireStep(graph, { step: selection.step });
  const { run, task } = selection;
  if (run !== undefined) {
    const row = await requireRun(store, graph.flow, run);
    if (task !== undefined) return ofTask(graph, store, node, row, task);
    const found = await inRun(graph, store, node, row, selection);
    if ('why' in found) {
      throw new FlowError(
        'FLOW_NO_INPUTS',
        `Run ${graph.flow}/${run} has no inputs for "${node.name}": ${found.why}.`,
      );
    }
    return found;
  }
  const passedOver: string[] = [];
  for await (const row of store.runs(graph.flow, selection.namespace)) {
    const found = await inRun(graph, store, node, row, selection);
    if (!('why' in found)) return { ...found, passedOver };
    passedOver.push(`${row.run} (${found.why})`);
  }
  if (node.kind === 'start')
    return { node, run: undefined, origin: undefined, parents: [], stack: [], passedOver };
  throw await noInputs(graph, store, node, selection.namespace, passedOver);
}

async function noInputs(
  graph: Graph,
  store: Store,
  node: StepNode,
  namespace: string | undefined,
  passedOver: string[],
): Promise<FlowError> {
  const run = `nx-flow run ${graph.flow}`;
  if (passedOver.length === 0) {
    const { yet, others } = await inNamespace(store, graph.flow, namespace);
    return new FlowError(
      'FLOW_NO_INPUTS',
      `"${node.name}" needs inputs, and ${graph.flow} has no run${yet}: run it first, with \`${run}\`${others || '.'}`,
    );
  }
  const shown = passedOver.slice(0, 3).join('; ');
  return new FlowError(
    'FLOW_NO_INPUTS',
    `No run of ${graph.flow} has inputs for "${node.name}": ${shown}${passedOver.length > 3 ? '; …' : ''}. Run it again, with \`${run}\`.`,
  );
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
  const there =
    tasks.length > 0
      ? `Its tasks: ${tasks
          .slice(0, 5)
          .map((t) => `${run.run}/${node.name}/${t}`)
          .join(', ')}${tasks.length > 5 ? ', …' : ''}.`
      : `That run has no task of "${node.name}".`;
  throw new FlowError(
    'FLOW_TASK_NOT_FOUND',
    `There is no task ${graph.flow}/${run.run}/${node.name}/${task}. ${there}`,
  );
}

function fromRow(node: StepNode, run: RunRow, row: TaskRow): Resolved {
  return {
    node,
    run,
    origin: row,
    parents: row.parents,
    ...(row.as ? { as: row.as } : {}),
    stack: row.stack,
    ...(row.iteration === undefined ? {} : { iteration: row.iteration }),
    passedOver: [],
  };
}

/** Inputs, or why there are none. */
export type Found = Resolved | { why: string };

/** Rules 2 to 4: the step's own task in this run; else, from its parents under today's graph. */
async function inRun(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  selection: Selection,
): Promise<Found> {
  const depth = depthOf(graph, node.name);
  const given = selection.index ?? [];
  if (given.length > depth) {
    throw new FlowError(
      'FLOW_INDEX',
      depth === 0
        ? `"${node.name}" stands in no foreach: leave --index out.`
        : `"${node.name}" stands in ${depth} foreach${depth > 1 ? 'es' : ''}: --index takes ${depth > 1 ? `at most ${depth} numbers` : 'one number'}.`,
    );
  }
  const index = Array.from({ length: depth }, (_, i) => given[i] ?? 0);
  if (selection.iteration !== undefined)
    return ofIteration(graph, store, node, run, index, selection.iteration);
  const row = await findTask(store, graph.flow, run.run, node.name, index, ({ iteration }) => !iteration);
  if (row && sameEdges(node, row) && (await sameArms(store, graph.flow, run.run, node, row))) {
    return fromRow(node, run, row);
  }
  return fromParents(graph, store, node, run, index);
}

/** An iteration that ran; or the one after the last, on what the last one left. */
async function ofIteration(
  graph: Graph,
  store: Store,
  node: StepNode,
  run: RunRow,
  index: readonly number[],
  iteration: number,
): Promise<Found> {
  if (node.kind !== 'loop')
    throw new FlowError('FLOW_ITERATION', `"${node.name}" is no loop: leave --iteration out.`);
  const find = (n: number) =>
    findTask(store, graph.flow, run.run, node.name, index, (row) => row.iteration === n);
  const row = await find(iteration);
  if (row) return fromRow(node, run, row);
  const before = iteration > 0 ? await find(iteration - 1) : undefined;
  if (before?.status !== 'done') return { why: `"${node.name}" has no iteration ${iteration} there` };
  const { step, task, stack } = before;
  return { node, run, origin: undefined, parents: [`${step}/${task}`], stack, iteration, passedOver: [] };
}

/** Whether a recorded task has the parents that today's graph gives its step. */
function sameEdges(node: StepNode, row: TaskRow): boolean {
  if (row.kind !== node.kind) return false;
  if (node.kind === 'start') return true;
  if (node.kind === 'gather') {
    return (
      row.as?.length === node.inputs.length &&
      node.inputs.every((input) => {
        const parent = row.parents[row.as?.indexOf(input.as as string) ?? -1];
        return parent !== undefined && comesFrom(input, parent);
      })
    );
  }
  if (node.kind === 'foreach' && row.stack.at(-1)?.over !== node.over) return false;
  const parent = row.parents[0] as string;
  return (
    comesFrom(node.inputs[0] as Input, parent) ||
    (node.kind === 'loop' && taskOf(0, parent).step === node.name)
  );
}

/** Whether the switches before a recorded task chose the cases through which its step is reached today. */
async function sameArms(
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

/** A task can stand for its step only where today's step reads inputs of the same shape. @throws FlowError FLOW_STEP_CHANGED */
function requireSameInputs(node: StepNode, run: RunRow, row: TaskRow): void {
  const shape = (kind: string) => (['join', 'gather', 'start', 'foreach'].includes(kind) ? kind : 'step');
  const branches = node.inputs.every(({ as }) => as === undefined || row.as?.includes(as));
  if (shape(node.kind) === shape(row.kind) && branches) return;
  const pathspec = `${run.flow}/${run.run}/${row.step}/${row.task}`;
  throw new FlowError(
    'FLOW_STEP_CHANGED',
    shape(node.kind) === shape(row.kind)
      ? `${pathspec} gathered ${row.as?.join(', ')}, and today "${node.name}" gathers ${node.inputs.map(({ as }) => as).join(', ')}: its inputs do not fit. Spin the step by its name instead.`
      : `${pathspec} was recorded when "${node.name}" was a ${row.kind}, and today it is a ${node.kind}: its inputs do not fit. Spin the step by its name instead.`,
  );
}

function comesFrom(input: Input, parent: string): boolean {
  return input.from.some((edge) => edge.from === taskOf(0, parent).step);
}
