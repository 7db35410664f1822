/** Any value as a tree, of which only the beginning is looked at. */
import { types } from 'node:util';
import type { JsonBlock, Tree } from './document';
import { partOf } from './handle';
import { cut, digitsOf, lineOf } from './text';

const ITEMS = 100;
const DEPTH = 8;
/** Nodes of one tree. */
const NODES = 2_000;

interface Looked {
  nodes: number;
  /** Those above: a value that lies in itself is told. */
  above: Set<object>;
}

export function treeOf(value: unknown): Tree {
  return look(value, { nodes: 0, above: new Set() });
}

/** @param open how many levels are open */
export function jsonBlock(value: unknown, open = 1): JsonBlock {
  return { type: 'json', tree: treeOf(value), open };
}

function look(value: unknown, looked: Looked): Tree {
  looked.nodes++;
  try {
    if (typeof value === 'string') return { kind: 'text', text: JSON.stringify(cut(value, 10_000)) };
    if (typeof value === 'number')
      return { kind: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
    if (typeof value === 'bigint') return { kind: 'number', text: bigOf(value) };
    if (typeof value !== 'object' || value === null)
      return word(typeof value === 'function' ? lineOf(value) : String(value));
    if (types.isProxy(value)) return word('a Proxy, which is not looked into');
    if (types.isDate(value))
      return word(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString());
    if (types.isRegExp(value)) return word(cut(String(value), 1_000));
    if (partOf(value)) return word('a component');
    if (looked.above.has(value)) return word('lies in itself');
    if (looked.above.size >= DEPTH) return word(`${kindOf(value)}, which is not looked into so deep`);
    looked.above.add(value);
    const tree = inside(value, looked);
    looked.above.delete(value);
    return tree;
  } catch (error) {
    return word(`to read it throws: ${lineOf(error)}`);
  }
}

function inside(value: object, looked: Looked): Tree {
  const text = kindOf(value);
  const items: [string, Tree][] = [];
  let left = 0;
  const add = (name: string, item: () => unknown) => {
    if (items.length >= ITEMS || looked.nodes >= NODES) return false;
    items.push([cut(name, 200), read(item, looked)]);
    return true;
  };
  const list = types.isNativeError(value) ? undefined : itemsOf(value);
  if (list) {
    for (let i = 0; i < list.length; i++) if (!add(String(i), () => list.at(i))) break;
    left = list.length - items.length;
  } else if (types.isMap(value)) {
    for (const [key, item] of value) if (!add(lineOf(key), () => item)) break;
    left = value.size - items.length;
  } else if (types.isSet(value)) {
    for (const item of value) if (!add(String(items.length), () => item)) break;
    left = value.size - items.length;
  } else {
    const names = Object.keys(value);
    if (types.isNativeError(value)) names.unshift('message', 'stack');
    for (const name of names) if (!add(name, () => (value as Record<string, unknown>)[name])) break;
    left = names.length - items.length;
  }
  if (left > 0) items.push(['…', { kind: 'more', text: `${left.toLocaleString('en')} more` }]);
  return { kind: list || types.isSet(value) ? 'list' : 'object', text, items };
}

function read(item: () => unknown, looked: Looked): Tree {
  let value: unknown;
  try {
    value = item();
  } catch (error) {
    return word(`to read it throws: ${lineOf(error)}`);
  }
  return look(value, looked);
}

function itemsOf(value: object): { length: number; at(i: number): unknown } | undefined {
  if (Array.isArray(value)) return { length: value.length, at: (i) => value[i] };
  if (types.isTypedArray(value)) return value as never;
  return undefined;
}

/** Such as `Array(3)`, `Map(2)`, `Film`, `object`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'string' ? `string(${value.length})` : typeof value;
  try {
    if (types.isProxy(value)) return 'Proxy';
    if (Array.isArray(value)) return `Array(${value.length})`;
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    const own = typeof name === 'string' && name !== '' && name !== 'Object' ? cut(name, 80) : 'object';
    if (types.isTypedArray(value)) return `${own}(${value.length})`;
    return types.isMap(value) || types.isSet(value) ? `${own}(${value.size})` : own;
  } catch {
    return 'object';
  }
}

function bigOf(value: bigint): string {
  const digits = digitsOf(value);
  return /\d$/.test(digits) ? cut(`${digits}n`, 1_000) : digits;
}

function word(text: string): Tree {
  return { kind: 'word', text };
}
