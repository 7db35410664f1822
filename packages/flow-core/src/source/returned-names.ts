/** The names that a step's body returns, as far as its text shows. A caught step must leave them absent. */
import { tooDeep } from './nesting';
import { loadParser } from './parser';

/** biome-ignore lint/suspicious/noExplicitAny: ESTree nodes are walked by shape */
type Node = any;

type Body = (...args: never[]) => unknown;

/** Reads the function's own text. Spread and computed names are not seen. */
export async function returnedNames(body: Body): Promise<string[]> {
  return [...(await readReturns(body)).names];
}

/**
 * The same, where there can be no others: a spread of `self` or of `merge(inputs)` has what earlier steps return. Undefined where
 * the text does not show it.
 */
export async function allReturnedNames(body: Body): Promise<string[] | undefined> {
  const { names, isAll } = await readReturns(body);
  return isAll ? [...names] : undefined;
}

async function readReturns(body: Body): Promise<Returns> {
  const { parseSync } = await loadParser();
  const returns = new Returns();
  const text = `(${body.toString()})`;
  const { program, errors } =
    tooDeep(text) === undefined ? parseSync('body.js', text) : { program: undefined, errors: [] };
  if (!program || errors.length > 0) {
    returns.isAll = false;
    return returns;
  }
  const root = (program.body[0] as Node)?.expression;
  const f = root?.type === 'ParenthesizedExpression' ? root.expression : root;
  if (f?.body?.type !== 'BlockStatement') returns.collect(f?.body);
  else returns.visit(f.body);
  return returns;
}

const FUNCTION =
  /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration|ClassDeclaration|ClassExpression)$/;

class Returns {
  readonly names = new Set<string>();
  /** Whether there are no others. */
  isAll = true;

  visit(node: Node): void {
    if (FUNCTION.test(node.type)) return;
    if (node.type === 'ReturnStatement' && node.argument) this.collect(node.argument);
    for (const value of Object.values(node)) {
      const items = Array.isArray(value) ? value : [value];
      for (const item of items) if (item && typeof item === 'object' && 'type' in item) this.visit(item);
    }
  }

  collect(node: Node): void {
    if (node?.type === 'ParenthesizedExpression') this.collect(node.expression);
    else if (node?.type === 'ConditionalExpression') {
      this.collect(node.consequent);
      this.collect(node.alternate);
    } else if (node?.type === 'ObjectExpression')
      for (const property of node.properties) this.#property(property);
    else if (!isPassedOn(node)) this.isAll = false;
  }

  #property(property: Node): void {
    if (property.type === 'SpreadElement') {
      if (!isPassedOn(property.argument)) this.isAll = false;
    } else if (property.computed) this.isAll = false;
    else this.names.add(property.key.type === 'Identifier' ? property.key.name : String(property.key.value));
  }
}

/** `self`, `context.self`, `merge(inputs)`. A compiler may have written `(0, core.merge)(inputs)`. */
function isPassedOn(node: Node): boolean {
  if (node?.type === 'ParenthesizedExpression') return isPassedOn(node.expression);
  if (node?.type !== 'CallExpression') return isNamed(node, 'self');
  const callee = node.callee.type === 'ParenthesizedExpression' ? node.callee.expression : node.callee;
  const called = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : callee;
  return isNamed(called, 'merge') && isNamed(node.arguments[0], 'inputs');
}

const isNamed = (node: Node, name: string): boolean =>
  (node?.type === 'Identifier' && node.name === name) ||
  (node?.type === 'MemberExpression' && !node.computed && node.property.name === name);
