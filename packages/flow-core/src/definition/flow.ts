/** flow(): declares a flow. Edges are declared by the child; handles carry the types. */
import type { z } from 'zod';
import { runBody } from './body';
import { callSite } from './callsite';
import { type AnyCodec, requireCodecs } from './codec';
import { FlowError, problemsError } from './errors';
import { type FlowInput, requireInputs } from './flow-inputs';
import {
  type AnyBody,
  type Edge,
  type Graph,
  type Input,
  type StepKind,
  type StepNode,
  secretsIn,
  takenFrom,
} from './graph';
import type { DefinedFlow, Flow, LaterOf, OneOf, Options, Parsed, Step } from './types';
import { validate } from './validate';

/** Marks what `f.end` returns. A symbol of the registry: a flow file may load another copy of this package. */
export const FLOW = Symbol.for('@nx-flow/core:flow');
const NODE = Symbol.for('@nx-flow/core:step');
const EDGES = Symbol.for('@nx-flow/core:edges');

type Handle = { readonly name: string; readonly [NODE]?: StepNode; readonly [EDGES]: Edge[] };

/**
 * Declares a flow. Name its file after it (`movies.flow.ts`), declare steps, and export what `end` returns.
 * `params` are zod schemas, `codecs` store values of your own classes ({@link Codec}). `inputs` lists what else
 * steps read, so that Nx knows when a step's result may have changed: data files ({@link FlowInput}) and
 * environment variables. Without it, every file of the project that is not code counts, and no variable.
 * @throws FlowError FLOW_CODEC, FLOW_INPUTS for codecs and inputs that are not well-formed
 *
 * @example
 * ```ts
 * import { flow } from '@nx-flow/core';
 * const f = flow('hello');
 * const start = f.start(() => ({ names: ['Ada', 'Grace'] }));
 * const greet = f.foreach('greet', { after: start, over: 'names' }, ({ input }) => ({ text: `Hello, ${input}!` }));
 * const all = f.join('all', { after: greet }, ({ inputs }) => ({ texts: inputs.map((i) => i.text) }));
 * export default f.end(all);
 * ```
 */
export function flow<
  S extends z.ZodRawShape = Record<never, never>,
  C extends readonly AnyCodec[] = readonly AnyCodec[],
>(
  name: string,
  options: { params?: S; codecs?: C; inputs?: readonly FlowInput[] } = {},
): Flow<Parsed<S>, LaterOf<C>> {
  const codecs = requireCodecs(name, options.codecs);
  requireInputs(name, options.inputs);
  const declared: StepNode[] = [];
  const where = callSite(flow as never);
  let ended = false;
  const builder = { start, step, foreach, join, gather, switch: decide, loop, end };

  function add(
    kind: StepKind,
    step: string,
    given: Declared | undefined,
    body: AnyBody | undefined,
    at: Caller,
  ): StepNode {
    const { after, over, empty, share, on, cases, while: goOn, max, ...options } = given ?? {};
    const inputs = kind === 'gather' ? branches(after) : kind === 'start' ? [] : [{ from: edgesOf(after) }];
    const node: StepNode = {
      name: step,
      kind,
      inputs,
      options,
      where: callSite(at),
      ...(body ? { body } : {}),
    };
    if (over !== undefined) node.over = over;
    if (empty !== undefined) node.empty = empty;
    if (share !== undefined) node.share = share;
    if (on !== undefined) node.on = on;
    if (Array.isArray(cases)) node.cases = cases;
    if (goOn !== undefined) node.while = goOn;
    if (max !== undefined) node.max = max;
    if (ended && kind !== 'end') throw late(name, node);
    declared.push(node);
    return node;
  }
  function start(first: Declared | AnyBody, second?: AnyBody) {
    const [given, body] = typeof first === 'function' ? [{}, first] : [first, second];
    return handle(add('start', 'start', given, body, start as Caller));
  }
  function step(name: string, given: Declared, body: AnyBody) {
    return handle(add('step', name, given, body, step as Caller));
  }
  function foreach(name: string, given: Declared, body: AnyBody) {
    return handle(add('foreach', name, given, body, foreach as Caller));
  }
  function join(name: string, given: Declared, body: AnyBody) {
    return handle(add('join', name, given, body, join as Caller));
  }
  function gather(name: string, given: Declared, body: AnyBody) {
    return handle(add('gather', name, given, body, gather as Caller));
  }
  function decide(name: string, given: Declared, body: AnyBody) {
    const node = add('switch', name, given, body, decide as Caller);
    const when = (value: string) => ({ name, [EDGES]: [edge(node, value)] });
    return { ...handle(node), when };
  }
  function loop(name: string, given: Declared, body: AnyBody) {
    return handle(add('loop', name, given, body, loop as Caller));
  }
  function end(first: Declared | Handle, body?: AnyBody): DefinedFlow<unknown, unknown> {
    const given = isHandle(first) || !first ? { after: first } : first;
    add('end', 'end', given, body, end as Caller);
    const graph: Graph = {
      flow: name,
      params: options.params ?? {},
      ...(codecs.length > 0 ? { codecs } : {}),
      ...(options.inputs ? { inputs: options.inputs } : {}),
      steps: new Map(declared.map((node) => [node.name, node])),
      where,
    };
    // What the rules refuse below may be no list.
    const secrets = declared.filter((node) => Array.isArray(node.options.secrets));
    Object.assign(graph, secretsIn(secrets));
    validate(graph, declared);
    ended = true;
    return { name, [FLOW]: graph } as unknown as DefinedFlow<unknown, unknown>;
  }
  return builder as unknown as Flow<Parsed<S>, LaterOf<C>>;
}

/** The one of several steps that ran: the way out of a switch. */
export const oneOf = ((...steps: Handle[]) => ({
  name: `oneOf(${steps.map((s) => s.name).join(', ')})`,
  [EDGES]: steps.flatMap((s) => edgesOf(s)),
})) as unknown as OneOf;

/** The graph of what a flow file exports, or undefined for any other value. */
export function graphOf(value: unknown): Graph | undefined {
  return typeof value === 'object' && value !== null ? (value as { [FLOW]?: Graph })[FLOW] : undefined;
}

/** The name of the step behind a handle. */
// biome-ignore lint/suspicious/noExplicitAny: any handle
export function stepName(step: Step<any, any, any> | string): string {
  return typeof step === 'string' ? step : step.name;
}

type Caller = (...args: never[]) => unknown;
interface Declared extends Options<string | undefined> {
  after?: unknown;
  over?: string;
  empty?: 'fail';
  share?: readonly string[];
  on?: string;
  cases?: readonly string[];
  while?: string;
  max?: number;
}

function handle(node: StepNode) {
  return {
    name: node.name,
    [NODE]: node,
    [EDGES]: [edge(node)],
    run: (context: object) => runBody(node, context),
  };
}

function edge(node: StepNode, when?: string): Edge {
  const made: Edge = { from: node.name, ...(when === undefined ? {} : { when }) };
  takenFrom.set(made, node);
  return made;
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && EDGES in value;
}

function edgesOf(after: unknown): Edge[] {
  return isHandle(after) ? after[EDGES] : [];
}

/** The error for a step that is declared after `end`: it would silently never run. */
function late(flow: string, node: StepNode): FlowError {
  const message = `Step "${node.name}" is declared after f.end(), so it is no part of the flow: declare it before.`;
  const where = node.where();
  return problemsError('FLOW_INVALID', `The flow "${flow}" cannot run`, [
    { code: 'FLOW_AFTER_END', message, ...(where ? { where } : {}) },
  ]);
}

function branches(after: unknown): Input[] {
  if (typeof after !== 'object' || after === null) return [];
  return Object.entries(after).map(([as, branch]) => ({ as, from: edgesOf(branch) }));
}

/** Throws when a value that a program passes is no flow. */
export function requireGraph(value: unknown): Graph {
  const graph = graphOf(value);
  if (!graph) throw new FlowError('FLOW_NOT_A_FLOW', 'This is not a flow: pass what `f.end(…)` returned.');
  return graph;
}
