/** Helpers for syntax trees: literals, TypeScript's wrappers, lines and columns. */

/** biome-ignore lint/suspicious/noExplicitAny: ESTree nodes are walked by shape */
export type Node = any;

/** Nodes that TypeScript wraps around an expression without changing its value. */
const WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ParenthesizedExpression',
]);

export function unwrap(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

export function isWrapper(node: Node): boolean {
  return WRAPPERS.has(node?.type);
}

/** The text of a string literal. */
export function literal(node: Node): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** The value of a literal expression: text, numbers, booleans, null, lists and objects of them. */
export function literalValue(wrapped: Node): { value: unknown } | undefined {
  const node = unwrap(wrapped);
  const text = literal(node);
  if (text !== undefined) return { value: text };
  if (node?.type === 'Literal' && !node.regex && !node.bigint) return { value: node.value };
  if (node?.type === 'UnaryExpression' && node.operator === '-') {
    const inner = literalValue(node.argument);
    return typeof inner?.value === 'number' ? { value: -inner.value } : undefined;
  }
  if (node?.type === 'ArrayExpression') {
    const items = node.elements.map((item: Node) => (item ? literalValue(item) : undefined));
    return items.includes(undefined) ? undefined : { value: items.map((i: { value: unknown }) => i.value) };
  }
  if (node?.type !== 'ObjectExpression') return undefined;
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    const key = keyOf(property);
    const inner = key === undefined ? undefined : literalValue(property.value);
    if (!inner) return undefined;
    entries.push([key as string, inner.value]);
  }
  return { value: Object.fromEntries(entries) };
}

/** The name of a literal property. Undefined for a spread, a computed key or a getter. */
export function keyOf(property: Node): string | undefined {
  if (property.type !== 'Property' || property.computed || property.kind !== 'init') return undefined;
  return property.key.type === 'Identifier' ? property.key.name : String(property.key.value);
}

/** Every node below, and the node itself, parents first. */
export function visit(node: Node, enter: (node: Node) => void): void {
  enter(node);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (item && typeof item === 'object' && 'type' in item) visit(item, enter);
    } else if (value && typeof value === 'object' && 'type' in value) visit(value, enter);
  }
}

/** Lines and columns of a text, both from 1. */
export class Lines {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): { line: number; column: number } {
    this.#starts ??= startsOf(this.#text);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}

function startsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
