/** The names that a step's body returns, as far as its text shows. A caught step must leave them absent. */
import { tooDeep } from './nesting';
import { loadParser } from './parser';

/** biome-ignore lint/suspicious/noExplicitAny: ESTree nodes are walked by shape */
type Node = any;

/** Reads the function's own text. Spread and computed names are not seen. */
export async function returnedNames(body: (...args: never[]) => unknown): Promise<string[]> {
  const { parseSync } = await loadParser();
  const text = `(${body.toString()})`;
  if (tooDeep(text) !== undefined) return [];
  const { program, errors } = parseSync('body.js', text);
  if (errors.length > 0) return [];
  const names = new Set<string>();
  const root = (program.body[0] as Node)?.expression;
  const f = root?.type === 'ParenthesizedExpression' ? root.expression : root;
  if (f?.body?.type !== 'BlockStatement') collect(f?.body, names);
  else visit(f.body, names);
  return [...names];
}

function visit(node: Node, names: Set<string>): void {
  if (
    /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration|ClassDeclaration|ClassExpression)$/.test(
      node.type,
    )
  )
    return;
  if (node.type === 'ReturnStatement') collect(node.argument, names);
  for (const value of Object.values(node)) {
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) if (item && typeof item === 'object' && 'type' in item) visit(item, names);
  }
}

function collect(node: Node, names: Set<string>): void {
  if (node?.type === 'ParenthesizedExpression') collect(node.expression, names);
  if (node?.type === 'ConditionalExpression') {
    collect(node.consequent, names);
    collect(node.alternate, names);
  }
  if (node?.type !== 'ObjectExpression') return;
  for (const property of node.properties) {
    if (property.type !== 'Property' || property.computed) continue;
    names.add(property.key.type === 'Identifier' ? property.key.name : String(property.key.value));
  }
}
