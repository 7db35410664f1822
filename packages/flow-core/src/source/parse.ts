/** Reads a flow file without running it: the names of its flows and steps, with their places. */
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { FlowError } from '../definition/errors';

export interface SourceStep {
  name: string;
  kind: string;
}
export interface SourceFlow {
  name: string;
  /** Steps of literal name, in the order of declaration; `start` and `end` included. */
  steps: SourceStep[];
}

const KINDS = new Set(['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop', 'end']);

/** biome-ignore lint/suspicious/noExplicitAny: ESTree nodes are walked by shape */
type Node = any;

/**
 * The flows that a file declares: `const f = flow('name')`, then `f.step('…')` and so on.
 * @throws FlowError FLOW_SYNTAX, with file, line and column
 */
export function parseFlowSource(file: string, text = readFileSync(file, 'utf8')): SourceFlow[] {
  const { program, errors } = parseSync(file, text);
  const error = errors[0];
  if (error) {
    const at = error.labels[0]?.start ?? 0;
    throw new FlowError('FLOW_SYNTAX', `${file}:${lineColumn(text, at)}  ${error.message}`);
  }
  const makers = new Set<string>();
  const flows = new Map<string, SourceFlow>();
  for (const statement of program.body as Node[]) collectImports(statement, makers);
  visit(program, (node) => {
    if (node.type === 'VariableDeclarator') {
      collectRequire(node, makers);
      const name = flowName(node.init, makers);
      if (name !== undefined && node.id.type === 'Identifier') flows.set(node.id.name, { name, steps: [] });
      return;
    }
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const owner = flows.get(node.callee.object.name);
    const kind = node.callee.property.name;
    if (!owner || !KINDS.has(kind)) return;
    const name = kind === 'start' || kind === 'end' ? kind : literal(node.arguments[0]);
    if (name !== undefined) owner.steps.push({ name, kind });
  });
  return [...flows.values()];
}

/** The local names of `flow`, as this file imports it. */
function collectImports(statement: Node, makers: Set<string>): void {
  if (statement.type === 'TSImportEqualsDeclaration') makers.add(`${statement.id.name}.flow`);
  if (statement.type !== 'ImportDeclaration') return;
  for (const specifier of statement.specifiers) {
    if (specifier.type === 'ImportSpecifier' && specifier.imported.name === 'flow')
      makers.add(specifier.local.name);
    if (specifier.type === 'ImportNamespaceSpecifier') makers.add(`${specifier.local.name}.flow`);
  }
}

/** The same for `const { flow } = require('…')` and `const core = require('…')`. */
function collectRequire({ id, init }: Node, makers: Set<string>): void {
  if (init?.type !== 'CallExpression' || init.callee.name !== 'require') return;
  if (id.type === 'Identifier') makers.add(`${id.name}.flow`);
  if (id.type !== 'ObjectPattern') return;
  for (const { key, value } of id.properties) {
    if (key?.name === 'flow' && value.type === 'Identifier') makers.add(value.name);
  }
}

/** What TypeScript wraps around an expression leaves it the same. */
const WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'ParenthesizedExpression',
]);

function flowName(wrapped: Node, makers: Set<string>): string | undefined {
  let init = wrapped;
  while (WRAPPERS.has(init?.type)) init = init.expression;
  if (init?.type !== 'CallExpression') return undefined;
  const { callee } = init;
  const called =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression'
        ? `${callee.object.name}.${callee.property.name}`
        : '';
  return makers.has(called) ? literal(init.arguments[0]) : undefined;
}

function literal(node: Node): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

function visit(node: Node, enter: (node: Node) => void): void {
  enter(node);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (item && typeof item === 'object' && 'type' in item) visit(item, enter);
    } else if (value && typeof value === 'object' && 'type' in value) visit(value, enter);
  }
}

function lineColumn(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
