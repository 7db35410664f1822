/** Executes one task: makes its context, runs the body, encodes what it returns. The same code in run, spin and tests. */
import { requireArtifactName } from '../definition/artifact-name';
import { FlowError, suggest } from '../definition/errors';
import { children, type Graph, type StepNode } from '../definition/graph';
import { mergedReferences } from '../definition/merge';
import { typeOf } from '../store/artifacts';
import { isPlain } from '../store/digest';
import { isFile, requireFile } from '../store/file';
import type { ArtifactRecord } from '../store/rows';
import type { RunContext, TaskLog, TaskResult, TaskSpec } from './task';
import { type Decode, lazyList, lazyObject, type Missing, type View, type Visible } from './view';

export interface Execution {
  graph: Graph;
  run: RunContext;
  spec: TaskSpec;
  view(label: string): View;
  decode: Decode;
  /** One item of a split list, as a copy of the reader's own. */
  item(view: View, over: string, index: number): unknown;
  encode(name: string, value: unknown): Promise<ArtifactRecord>;
  log: TaskLog;
  /** Made when a step asks for it: an AbortController for each quick task costs more than the task. */
  signal(): AbortSignal;
  missing?: Missing;
}

/** @throws what the body throws, and FlowError for what cannot be recorded. */
export async function executeTask(execution: Execution): Promise<TaskResult> {
  const { graph, spec } = execution;
  const node = graph.steps.get(spec.step);
  if (!node) throw new FlowError('FLOW_STEP_NOT_FOUND', `There is no step "${spec.step}" in ${graph.flow}.`);
  const params = new Set<string>();
  const returned = await callBody(execution, node, params);
  const own: [string, ArtifactRecord][] = [];
  const references: [string, Visible][] = [];
  for (const [name, reference] of mergedReferences(returned)) {
    if (!node.options.drop?.includes(name)) references.push([name, reference as Visible]);
  }
  for (const [name, value] of Object.entries(returned)) {
    requireArtifactName(name, `Step "${node.name}" returned`, { exit: 1 });
    if (isFile(value)) requireFile(`Step "${node.name}" returned the artifact "${name}" as`, value);
    own.push([name, await execution.encode(name, value)]);
  }
  const look = (name: string): { found: boolean; value?: unknown } => {
    if (Object.hasOwn(returned, name))
      return { found: true, value: (returned as Record<string, unknown>)[name] };
    const visible = visibleAfter(execution, node, references).get(name);
    return visible ? { found: true, value: execution.decode(visible) } : { found: false };
  };
  const result: TaskResult = { own, references, counts: {}, params: [...params] };
  if (node.kind === 'switch') result.verdict = verdict(node, look(node.on as string).value);
  if (node.kind === 'loop') result.more = goesOn(node, look(node.while as string).value, spec.iteration ?? 0);
  if (!result.more) result.counts = splitCounts(graph, node, result.verdict, look);
  return result;
}

async function callBody(execution: Execution, node: StepNode, params: Set<string>): Promise<object> {
  if (!node.body) return {};
  const restore = applyEnv(node.options.env);
  try {
    const returned = await node.body(makeContext(execution, node, params) as never);
    if (returned === undefined || returned === null) return {};
    if (!isRecord(returned)) {
      throw new FlowError(
        'FLOW_RETURN',
        `Step "${node.name}" returned ${typeOf(returned)}: return an object whose properties are its artifacts.`,
        { exit: 1 },
      );
    }
    return returned;
  } finally {
    restore();
  }
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || isPlain(prototype);
}

function makeContext(execution: Execution, node: StepNode, read: Set<string>): object {
  const { run, spec, decode } = execution;
  const missing: Missing = execution.missing ?? (() => undefined);
  const task = spec.shown ?? spec.task;
  const object = (label: string) => {
    const view = execution.view(label);
    return lazyObject(view, decode, missing, run.run === 'spin' ? view.label : pathspecOf(run, label));
  };
  const frames = [...spec.stack].reverse();
  const itemOf = ({ of, over, index }: TaskSpec['stack'][number]) =>
    execution.item(execution.view(of), over, index);
  const context: Record<string, unknown> = {
    params: lazyParams(run, decode, read),
    current: Object.freeze({
      flow: run.flow,
      run: run.run,
      step: spec.step,
      task,
      pathspec: `${run.flow}/${run.run}/${spec.step}/${task}`,
      attempt: spec.attempt,
      user: run.user,
      namespace: run.namespace,
      ...(run.origin === undefined ? {} : { origin: run.origin }),
      tags: new Set(run.tags),
    }),
    card: NO_CARD,
    get signal() {
      return execution.signal();
    },
    stack: lazyList(frames.map((frame) => () => itemOf(frame))),
    log: (message: string) => execution.log('stdout', `${message}\n`),
  };
  if (node.kind === 'join') context.inputs = lazyList(spec.parents.map((label) => () => object(label)));
  else if (node.kind === 'gather') {
    const inputs = {};
    spec.as?.forEach((as, i) => {
      Object.defineProperty(inputs, as, { enumerable: true, value: object(spec.parents[i] as string) });
    });
    context.inputs = inputs;
  } else {
    context.self =
      spec.parents.length > 0 ? object(spec.parents[0] as string) : lazyObject(EMPTY, decode, missing);
  }
  const own = frames[0];
  if (own && node.kind !== 'join') {
    context.index = own.index;
    let read = false;
    let value: unknown;
    Object.defineProperty(context, 'input', {
      enumerable: true,
      get() {
        if (!read) [value, read] = [itemOf(own), true];
        return value;
      },
    });
  }
  if (spec.iteration !== undefined) context.iteration = spec.iteration;
  return context;
}

/** Of a task of this run, or of the one that it takes over from. */
function pathspecOf({ flow, run }: RunContext, label: string): string {
  return label.split('/').length === 3 ? `${flow}/${label}` : `${flow}/${run}/${label}`;
}

const EMPTY: View = { label: 'start', entries: new Map() };

/** Parameters are decoded when read, each task its own copy; one that does not exist is undefined, as TypeScript says. */
function lazyParams(run: RunContext, decode: Decode, read: Set<string>): object {
  const params = {};
  for (const [name, record] of run.params) {
    let value: { is: unknown } | undefined;
    Object.defineProperty(params, name, {
      enumerable: true,
      get() {
        read.add(name);
        value ??= { is: decode(record) };
        return value.is;
      },
    });
  }
  return params;
}

const NO_CARD = Object.freeze({
  append: refuseCard,
  refresh: refuseCard,
});
function refuseCard(): never {
  throw new FlowError(
    'FLOW_OPTION_PENDING',
    'Cards are not supported by this version: remove the call of `card`.',
    { exit: 1 },
  );
}

/** The variables of a step, for as long as it runs. */
function applyEnv(env: Record<string, string> | undefined): () => void {
  if (!env) return () => {};
  const before = Object.keys(env).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, env);
  return () => {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  };
}

/** What the next steps will see by reference, before this task's own artifacts. */
export function visibleAfter(
  execution: Pick<Execution, 'spec' | 'view'>,
  node: StepNode,
  references: [string, Visible][],
): Map<string, Visible> {
  const by =
    node.kind === 'join' || node.kind === 'gather' || node.kind === 'start' ? [] : execution.spec.parents;
  return new Map([...(by[0] === undefined ? [] : execution.view(by[0]).entries), ...references]);
}

type Look = (name: string) => { found: boolean; value?: unknown };

/** The lengths of the lists for the foreaches that follow indeed: those of other arms need none. */
function splitCounts(
  graph: Graph,
  node: StepNode,
  verdict: string | undefined,
  look: Look,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { node: child, edge } of children(graph, node.name)) {
    const over = child.over;
    if (child.kind !== 'foreach' || over === undefined) continue;
    if (edge.when !== undefined && edge.when !== verdict) continue;
    const { found, value } = node.options.drop?.includes(over) ? { found: false } : look(over);
    const what = !found
      ? `there is no artifact "${over}" after ${node.name}`
      : !Array.isArray(value)
        ? `"${over}" is ${value === null || value === undefined ? value : typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
        : value.length === 0
          ? `"${over}" is empty`
          : undefined;
    if (what !== undefined) {
      throw new FlowError(
        'FLOW_FOREACH_LIST',
        `The foreach "${child.name}" needs a list with at least one item, but ${what}: return one from "${node.name}".`,
        { exit: 1 },
      );
    }
    counts[over] = (value as unknown[]).length;
  }
  return counts;
}

function verdict(node: StepNode, value: unknown): string {
  const cases = node.cases ?? [];
  if (typeof value === 'string' && cases.includes(value)) return value;
  const said = typeof value === 'string' ? `"${value}"` : `${value}`;
  throw new FlowError(
    'FLOW_SWITCH_VERDICT',
    `The switch "${node.name}" decided on ${said}, which is none of its cases. ${suggest(String(value), cases)}`,
    { exit: 1 },
  );
}

function goesOn(node: StepNode, value: unknown, iteration: number): boolean {
  if (typeof value !== 'boolean') {
    throw new FlowError(
      'FLOW_LOOP_VERDICT',
      `The loop "${node.name}" needs true or false in its artifact "${node.while}", which holds ${typeof value === 'string' ? `"${value}"` : `${value}`}.`,
      { exit: 1 },
    );
  }
  if (value && node.max !== undefined && iteration + 1 >= node.max) {
    throw new FlowError(
      'FLOW_LOOP_MAX',
      `The loop "${node.name}" would go on after ${node.max} iterations, its \`max\`: raise it, or set "${node.while}" to false earlier.`,
      { exit: 1 },
    );
  }
  return value;
}
