/** Steps whose names or edges are computed. They run, but a tool that only parses the file does not see them. */
import { readFileSync } from 'node:fs';
import type { Problem } from '../definition/errors';
import type { Graph, StepNode } from '../definition/graph';
import { literal, type Node, unwrap, visit } from './ast';
import { parseProgram } from './parse';

/** A call such as `f.step('train', { after: start }, …)`. */
interface Call {
  name: string | undefined;
  literalEdges: boolean;
}

/** A warning for each step that gets no Nx target of its own. */
export function computedSteps(graph: Graph): Problem[] {
  const files = new Map<string, Map<string, Call[]>>();
  const found: Problem[] = [];
  for (const node of graph.steps.values()) {
    const where = node.where();
    const file = where?.replace(/:\d+:\d+$/, '');
    if (where === undefined || file === undefined) continue;
    let calls = files.get(file);
    if (!calls) {
      calls = callsIn(file);
      files.set(file, calls);
    }
    const problem = problemOf(node, calls.get(node.kind) ?? []);
    if (problem) found.push({ ...problem, where });
  }
  return found;
}

function problemOf(node: StepNode, calls: Call[]): Problem | undefined {
  const named = calls.filter(
    ({ name }) => node.kind === 'start' || node.kind === 'end' || name === node.name,
  );
  const without = 'it runs, and gets no Nx target of its own.';
  if (named.length === 0) {
    return { code: 'FLOW_COMPUTED_NAME', message: `The name of step "${node.name}" is computed: ${without}` };
  }
  if (named.some(({ literalEdges }) => literalEdges)) return undefined;
  return {
    code: 'FLOW_COMPUTED_EDGES',
    message: `What step "${node.name}" comes after is computed: ${without}`,
  };
}

function callsIn(file: string): Map<string, Call[]> {
  const calls = new Map<string, Call[]>();
  let program: Node;
  try {
    program = parseProgram(file, readFileSync(file, 'utf8'));
  } catch {
    return calls;
  }
  const constants = new Set<string>();
  visit(program, (node) => {
    if (node.type === 'VariableDeclaration' && node.kind === 'const') {
      for (const { id, init } of node.declarations)
        if (init && id.type === 'Identifier') constants.add(id.name);
    }
    if (node.type === 'ImportDeclaration') for (const { local } of node.specifiers) constants.add(local.name);
  });
  visit(program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const kind = node.callee.property.name;
    const call = {
      name: literal(node.arguments[0]),
      literalEdges: hasLiteralEdges(kind, node.arguments, constants),
    };
    calls.set(kind, [...(calls.get(kind) ?? []), call]);
  });
  return calls;
}

function hasLiteralEdges(kind: string, args: Node[], constants: ReadonlySet<string>): boolean {
  if (kind === 'start') return true;
  const options = unwrap(kind === 'end' ? args[0] : args[1]);
  if (kind === 'end' && options?.type !== 'ObjectExpression') return isEdge(options, constants);
  if (options?.type !== 'ObjectExpression') return false;
  const after = options.properties.find((property: Node) => property.key?.name === 'after');
  const value = unwrap(after?.value);
  if (value?.type !== 'ObjectExpression') return isEdge(value, constants);
  return value.properties.every(
    (branch: Node) => branch.type === 'Property' && !branch.computed && isEdge(branch.value, constants),
  );
}

/** A step's const, `pick.when('small')`, `oneOf(a, b)`. */
function isEdge(wrapped: Node, constants: ReadonlySet<string>): boolean {
  const node = unwrap(wrapped);
  if (node?.type === 'Identifier') return constants.has(node.name);
  if (node?.type === 'MemberExpression') return !node.computed && isEdge(node.object, constants);
  if (node?.type !== 'CallExpression') return false;
  const { callee, arguments: args } = node;
  if (callee.type === 'MemberExpression' && callee.property.name === 'when') {
    return isEdge(callee.object, constants) && literal(args[0]) !== undefined;
  }
  // The edges of a step that is declared in place are checked on their own.
  if (callee.type === 'MemberExpression') return KINDS.has(callee.property.name);
  return args.length > 0 && args.every((arg: Node) => isEdge(arg, constants));
}

const KINDS = new Set(['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop']);
