/** The graph of a flow: plain data about its steps, and the questions one asks of it. */
import type { z } from 'zod';
import type { AnyCodec } from './codec';
import type { FlowInput } from './flow-inputs';
import type { Options } from './types';

export type StepKind = 'start' | 'step' | 'foreach' | 'join' | 'gather' | 'switch' | 'loop' | 'end';

/** An edge as the child declares it. `when` is the case through which a switch is left. */
export interface Edge {
  from: string;
  when?: string;
}

/** The step that an edge was taken from: its name alone may also be one of another flow. */
export const takenFrom = new WeakMap<Edge, StepNode>();

/** One input of a step. Several edges are a `oneOf`: the one that ran counts. `as` is a gathered branch's name. */
export interface Input {
  as?: string;
  from: Edge[];
}

/** The context as the engine passes it: untyped here, typed for the user by `Flow`. */
export type AnyBody = (context: never) => unknown;

export interface StepNode {
  name: string;
  kind: StepKind;
  inputs: Input[];
  /** foreach: the artifact that is split. */
  over?: string;
  /** foreach: what becomes of it where the list is empty; by default its join runs with no inputs. */
  empty?: 'fail';
  /** foreach: artifacts that all its splits see as one frozen value. */
  share?: readonly string[];
  /** switch: the artifact that decides, and what it may hold. */
  on?: string;
  cases?: readonly string[];
  /** loop: the artifact that says whether to go on, and the most iterations. */
  while?: string;
  max?: number;
  options: Options<string | undefined>;
  body?: AnyBody;
  /** Where it is declared: `file:line:column`, computed on demand. */
  where(): string | undefined;
}

/**
 * What surrounds a step, outermost first: the foreaches that split it and the switch arms that it is in.
 * An arm is a set of cases: `oneOf` of two of three cases is still conditional.
 */
export type Frame = { foreach: string } | { switch: string; cases: string[] };
export type Scope = readonly Frame[];

export interface Graph {
  flow: string;
  params: z.ZodRawShape;
  steps: ReadonlyMap<string, StepNode>;
  /** Codecs that the flow registers, besides the built-in ones. */
  codecs?: readonly AnyCodec[];
  /** The declared inputs of its steps. */
  inputs?: readonly FlowInput[];
  /** The names of all secrets of its steps. Absent where there are none: nothing of them is loaded then. */
  secrets?: readonly string[];
  where(): string | undefined;
}

/** A step's children: those with an edge from it, in the order of declaration. */
export function children(graph: Graph, name: string): { node: StepNode; input: Input; edge: Edge }[] {
  const index = childIndex(graph);
  return index.get(name) ?? [];
}

type Child = { node: StepNode; input: Input; edge: Edge };
const childIndexes = new WeakMap<Graph, Map<string, Child[]>>();
function childIndex(graph: Graph): Map<string, Child[]> {
  let index = childIndexes.get(graph);
  if (index) return index;
  index = new Map();
  for (const node of graph.steps.values()) {
    for (const input of node.inputs) {
      for (const edge of input.from) {
        const list = index.get(edge.from) ?? [];
        list.push({ node, input, edge });
        index.set(edge.from, list);
      }
    }
  }
  childIndexes.set(graph, index);
  return index;
}

/** The names of a step's parents, each once. */
export function parents(node: StepNode): string[] {
  return [...new Set(node.inputs.flatMap((input) => input.from.map((edge) => edge.from)))];
}

/** Whether a step may have `catch`. After a failure of the other kinds, no step could follow. */
export function canCatch({ kind }: StepNode): boolean {
  return !['start', 'switch', 'loop', 'end'].includes(kind);
}

/** Whether a step has npm packages of its own. */
export function hasPackages({ options: { packages } }: StepNode): boolean {
  return packages !== undefined && Object.keys(packages).length > 0;
}

/** The secrets of all steps, for {@link Graph.secrets}: an empty object when there are none. */
export function secretsIn(steps: Iterable<StepNode>): Pick<Graph, 'secrets'> {
  const names = new Set<string>();
  for (const { options } of steps) for (const name of options.secrets ?? []) names.add(name);
  return names.size > 0 ? { secrets: [...names] } : {};
}

/** A step and every step that it needs. */
export function ancestors(graph: Graph, name: string): Set<string> {
  const found = new Set<string>();
  const todo = [name];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const node = found.has(next) ? undefined : graph.steps.get(next);
    found.add(next);
    if (node) todo.push(...parents(node));
  }
  return found;
}

/** Steps with parents first. The order of declaration is such an order: a handle exists before its use. */
export function ordered(graph: Graph): StepNode[] {
  return [...graph.steps.values()];
}

const scopes = new WeakMap<Graph, Map<string, Scope | undefined>>();
/** What surrounds a step. Undefined when the graph is wrong there; the validator reports how. */
export function scopeOf(graph: Graph, name: string): Scope | undefined {
  let known = scopes.get(graph);
  if (!known) {
    known = new Map();
    scopes.set(graph, known);
    for (const node of ordered(graph)) known.set(node.name, computeScope(graph, node, known));
  }
  return known.get(name);
}

/** The number of foreaches around a step: the length of its tasks' stack. */
export function depthOf(graph: Graph, name: string): number {
  return (scopeOf(graph, name) ?? []).filter((frame) => 'foreach' in frame).length;
}

/** The joins of a foreach: a branch inside of it may have one of its own. */
export function joinsOf(graph: Graph, foreach: string): StepNode[] {
  return ordered(graph).filter((node) => node.kind === 'join' && foreachOf(graph, node) === foreach);
}

/** The foreach that a join ends. */
export function foreachOf(graph: Graph, { inputs: [input] }: StepNode): string | undefined {
  const frame = input && scopeOfInput(graph, input)?.at(-1);
  return frame && 'foreach' in frame ? frame.foreach : undefined;
}

function computeScope(
  graph: Graph,
  node: StepNode,
  known: Map<string, Scope | undefined>,
): Scope | undefined {
  const inputs = node.inputs.map((input) => scopeOfInput(graph, input, known));
  const first = inputs[0];
  if (node.kind === 'start') return [];
  if (first === undefined || inputs.some((scope) => scope === undefined || !sameScope(scope, first)))
    return undefined;
  if (node.kind === 'foreach') return [...first, { foreach: node.name }];
  if (node.kind === 'join') {
    const last = first.at(-1);
    return last && 'foreach' in last ? first.slice(0, -1) : undefined;
  }
  return first;
}

/** The scope in which an input arrives: its edge's, the arm pushed by `when`, arms merged by `oneOf`. */
export function scopeOfInput(
  graph: Graph,
  input: Input,
  known?: ReadonlyMap<string, Scope | undefined>,
): Scope | undefined {
  const look = (name: string) => (known ? known.get(name) : scopeOf(graph, name));
  const arriving: Scope[] = [];
  for (const edge of input.from) {
    const scope = look(edge.from);
    if (!scope) return undefined;
    arriving.push(edge.when === undefined ? scope : inArm(graph, scope, edge.from, [edge.when]));
  }
  return mergeArms(graph, arriving);
}

/** Merges alternative scopes: the deepest arms of one switch unite, and a switch with all cases is left. */
function mergeArms(graph: Graph, arriving: Scope[]): Scope | undefined {
  let scopes = arriving;
  while (scopes.length > 1) {
    const depth = Math.max(...scopes.map((scope) => scope.length));
    const deepest = scopes.find((scope) => scope.length === depth) as Scope;
    const last = deepest.at(-1);
    if (!last || !('switch' in last)) return undefined;
    const siblings = scopes.filter(
      (scope) =>
        scope.length === depth &&
        sameScope(scope.slice(0, -1), deepest.slice(0, -1)) &&
        'switch' in (scope.at(-1) as Frame) &&
        (scope.at(-1) as { switch: string }).switch === last.switch,
    );
    if (siblings.length === 1) return undefined;
    const cases = siblings.flatMap((scope) => (scope.at(-1) as { cases: string[] }).cases);
    if (new Set(cases).size !== cases.length) return undefined;
    const united = inArm(graph, deepest.slice(0, -1), last.switch, cases.sort());
    scopes = [...scopes.filter((scope) => !siblings.includes(scope)), united];
  }
  return scopes[0];
}

/** The scope of some cases of a switch in `outer`. When they are all cases, nothing is conditional. */
function inArm(graph: Graph, outer: Scope, name: string, cases: string[]): Scope {
  const all = graph.steps.get(name)?.cases ?? [];
  return all.every((c) => cases.includes(c)) ? outer : [...outer, { switch: name, cases }];
}

export function sameScope(a: Scope, b: Scope): boolean {
  return a.length === b.length && a.every((frame, i) => frameText(frame) === frameText(b[i] as Frame));
}

export function frameText(frame: Frame): string {
  return 'foreach' in frame
    ? `foreach ${frame.foreach}`
    : `${frame.switch}=${[...frame.cases].sort().join('|')}`;
}
/** Whether a step passes on what reaches it. A join and a gather pass on what they return. */

export function passesOn({ kind }: StepNode): boolean {
  return kind !== 'join' && kind !== 'gather';
}
