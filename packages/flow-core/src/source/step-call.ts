/** Reads one declaration of a step, `f.step('name', { after, … }, body)`: what is literal and what is computed. */
import { keyOf, literal, literalValue, type Node, unwrap } from './ast';

const KINDS = new Set(['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop', 'end']);

/** A use of a handle as an edge: a variable, or the declaring call itself. */
export interface HandleUse {
  node: Node;
  /** The whole edge, with the case of a switch: `size.when('small')`. */
  edge: Node;
  /** The variable that holds the handle. */
  variable?: string;
  /** `f.end(f.step(…))`: the inner call. */
  call?: Node;
  /** The case of a switch: `size.when('small')`. */
  when?: string;
}

/** One input. Several uses are a `oneOf`. */
export interface CallInput {
  as?: string;
  from: HandleUse[];
  /** The value: a handle, or the whole `oneOf(…)`. */
  value: Node;
  /** The property of a gather's branch: `left: byGenre`, or `byGenre` alone. */
  property?: Node;
}

export interface StepCall {
  call: Node;
  /** The variable on which it is called. */
  owner: string;
  kind: string;
  /** Undefined when it is computed. */
  name: string | undefined;
  options: Node | undefined;
  body: Node | undefined;
  /** Undefined when an edge is computed. */
  inputs: CallInput[] | undefined;
  /** Literal options without `after`. */
  literals: Record<string, unknown>;
  /** Names of computed options; `...` means a spread or a computed key. */
  computed: string[];
}

export function readStepCall(node: Node): StepCall | undefined {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const { object, property, computed: index } = node.callee;
  if (index || object.type !== 'Identifier' || !KINDS.has(property.name)) return undefined;
  const kind: string = property.name;
  const named = kind !== 'start' && kind !== 'end';
  const args: Node[] = node.arguments;
  const [first, second] = named ? args.slice(1) : args;
  const { options, body, after } = argumentsOf(kind, first, second);
  const { values, computed, given } = readOptions(options);
  const inputs = kind === 'start' ? [] : inputsOf(kind, after ?? given);
  if (!inputs && !computed.includes('after')) computed.push('after');
  const name = named ? literal(args[0]) : kind;
  return { call: node, owner: object.name, kind, name, options, body, inputs, literals: values, computed };
}

/** `start(body)`, `start(options, body)`, `end(handle)`, `end(options, body)`, `step(name, options, body)`. */
function argumentsOf(
  kind: string,
  first: Node | undefined,
  second: Node | undefined,
): { options?: Node; body?: Node; after?: Node } {
  if (kind === 'start' && !second) return isObject(first) ? { options: first } : { body: first };
  if (kind === 'end' && !second && !isObject(first)) return { after: first };
  return { options: first, body: second };
}

const isObject = (node: Node) => unwrap(node)?.type === 'ObjectExpression';

function readOptions(options: Node | undefined): {
  values: Record<string, unknown>;
  computed: string[];
  given?: Node;
} {
  const values: Record<string, unknown> = {};
  const computed: string[] = [];
  let given: Node | undefined;
  if (options && !isObject(options)) return { values, computed: ['...'] };
  for (const property of unwrap(options)?.properties ?? []) {
    const key = keyOf(property);
    if (key === undefined) computed.push('...');
    else if (key === 'after') given = property.value;
    else {
      const read = literalValue(property.value);
      if (read) values[key] = read.value;
      else computed.push(key);
    }
  }
  // A spread may hold another `after`.
  return { values, computed, ...(given && !computed.includes('...') ? { given } : {}) };
}

function inputsOf(kind: string, after: Node | undefined): CallInput[] | undefined {
  const node = unwrap(after);
  if (kind !== 'gather') {
    const from = edgesOf(node);
    return from && [{ from, value: node }];
  }
  if (node?.type !== 'ObjectExpression') return undefined;
  const inputs: CallInput[] = [];
  for (const property of node.properties) {
    const as = keyOf(property);
    const value = unwrap(property.value);
    const from = as === undefined ? undefined : edgesOf(value);
    if (!from) return undefined;
    inputs.push({ as: as as string, from, value, property });
  }
  return inputs;
}

function edgesOf(node: Node): HandleUse[] | undefined {
  if (node?.type === 'Identifier') return [{ node, edge: node, variable: node.name }];
  if (node?.type !== 'CallExpression') return undefined;
  if (isOneOf(node.callee)) {
    const uses = node.arguments.map((argument: Node) => edgesOf(unwrap(argument)));
    return uses.includes(undefined) ? undefined : uses.flat();
  }
  const { callee } = node;
  if (callee.type === 'MemberExpression' && !callee.computed && callee.property.name === 'when') {
    const when = literal(node.arguments[0]);
    const [use, ...more] = edgesOf(unwrap(callee.object)) ?? [];
    return when !== undefined && use && more.length === 0 && use.when === undefined
      ? [{ ...use, edge: node, when }]
      : undefined;
  }
  return readStepCall(node) ? [{ node, edge: node, call: node }] : undefined;
}

function isOneOf(callee: Node): boolean {
  return callee.name === 'oneOf' || (callee.type === 'MemberExpression' && callee.property.name === 'oneOf');
}
