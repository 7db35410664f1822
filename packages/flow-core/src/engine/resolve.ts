/**
 * Where a spin takes its inputs from. They are looked up, never derived from names or counts: a task that ran names its
 * parents; for a step that no run has seen, its parents under today's graph are searched by what their rows say.
 */
import { FlowError, suggest } from '../definition/errors';
import { type Graph, type Input, type StepNode, scopeOf } from '../definition/graph';
import type { Pathspec } from '../store/pathspec';
import type { RunRow, TaskRow } from '../store/rows';
import type { Store } from '../store/store';
import { taskOf } from './address';
import { requireRun } from './find-run';
import { fromParents, leads } from './parents';
import type { Frame } from './task';
import { Tasks } from './tasks';

export interface Selection {
  step: string;
  /** A run given by the user; with `task`, that very task. */
  run?: number;
  task?: number;
  /** Which split, one number for each level, outermost first; missing ones are 0. */
  index?: number[];
  /** Which iteration of a loop, from 0. */
  iteration?: number;
  /** Where no run took the arm that the step stands in: what the switch before it left will do. */
  anyArm?: boolean;
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
  /** The switch before it chose another case, and that is as the user wants it. */
  otherArm?: string;
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
  const tasks = new Tasks(store);
  const failures: Failure[] = [];
  const rows =
    run === undefined
      ? store.runs(graph.flow, selection.namespace)
      : [await requireRun(store, graph.flow, run)];
  for await (const row of rows) {
    if (task !== undefined) return ofTask(graph, store, node, row, task);
    const found = await inRun(graph, tasks, node, row, { ...selection, anyArm: false });
    if (!('why' in found)) return { ...found, passedOver: failures.map(({ text }) => text) };
    const { why, beyond = false } = found;
    failures.push({ run: row, why, beyond, text: `${row.run} (${why})` });
  }
  if (selection.anyArm) {
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

/** A run without inputs for a step. */
export interface Failure {
  run: RunRow;
  why: string;
  /** There are fewer splits than the index asks for. */
  beyond: boolean;
  text: string;
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
export type Found =
  | Resolved
  | {
      why: string;
      /** Only because switches chose other cases. */
      untaken?: boolean;
      /** There are fewer splits than the index asks for. */
      beyond?: boolean;
    };

/** The foreaches around a step, outermost first. */
export function foreachesAround(graph: Graph, node: StepNode): string[] {
  return (scopeOf(graph, node.name) ?? []).flatMap((frame) => ('foreach' in frame ? [frame.foreach] : []));
}

/** @throws FlowError FLOW_INDEX */
export function requireIndex(around: readonly string[], node: StepNode, given: readonly number[]): void {
  const depth = around.length;
  if (given.length <= depth) return;
  throw new FlowError(
    'FLOW_INDEX',
    depth === 0
      ? `"${node.name}" stands in no foreach: leave --index out.`
      : `"${node.name}" stands in ${depth} foreach${depth > 1 ? 'es' : ''}: --index takes ${depth > 1 ? `at most ${depth} numbers` : 'one number'}.`,
  );
}

/** Rules 2 to 4: the step's own task in this run; else, from its parents under today's graph. */
export async function inRun(
  graph: Graph,
  tasks: Tasks,
  node: StepNode,
  run: RunRow,
  selection: Pick<Selection, 'index' | 'iteration' | 'anyArm'>,
): Promise<Found> {
  const around = foreachesAround(graph, node);
  const given = selection.index ?? [];
  requireIndex(around, node, given);
  const index = around.map((_, i) => given[i] ?? 0);
  if (selection.iteration !== undefined)
    return ofIteration(graph, tasks, node, run, index, selection.iteration);
  const row = await tasks.find(graph.flow, run.run, node.name, index, ({ iteration }) => !iteration);
  if (row && sameEdges(node, row) && (await sameArms(tasks.store, graph.flow, run.run, node, row))) {
    return fromRow(node, run, row);
  }
  const found = await fromParents(graph, tasks, node, run, index, selection.anyArm);
  if ('why' in found) return (await outOfRange(graph, tasks, run, around, index)) ?? found;
  return found;
}

/** Where there are fewer splits than an index needs, that is why. */
async function outOfRange(
  graph: Graph,
  tasks: Tasks,
  run: RunRow,
  around: readonly string[],
  index: readonly number[],
): Promise<{ why: string; beyond: boolean } | undefined> {
  for (const [level, step] of around.entries()) {
    const count = await splitCount(graph, tasks, run, step, index.slice(0, level));
    if (count === undefined) return undefined;
    const wanted = index[level] as number;
    const { over } = graph.steps.get(step) as StepNode;
    if (wanted >= count) {
      const why = `"${over}" there has ${count} item${count === 1 ? '' : 's'}, so no index ${wanted}`;
      return { why, beyond: true };
    }
  }
  return undefined;
}

/** Into how many splits a foreach fell, as its tasks say; undefined where none of it ran. */
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

/** An iteration that ran; or the one after the last, on what the last one left. */
async function ofIteration(
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
