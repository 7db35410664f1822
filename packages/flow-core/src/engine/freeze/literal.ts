/** Values as TypeScript: what a person would write in a test. */
import { types } from 'node:util';
import { isPlain } from '../../store/values/digest';

/** The width at which an object or a list is broken into lines. */
const WIDTH = 90;

/** Nothing that is deeper is written as text. */
const DEEPEST = 20;

/** Text that stands in code as it is, such as `expect.any(Number)`. */
export class Code {
  constructor(readonly text: string) {}
}

/** An expression that gives an equal value, or undefined where none does: for instances of classes and for cycles. */
export function literalOf(value: unknown, indent = ''): string | undefined {
  try {
    return written(value, indent, 0);
  } catch (error) {
    if (error instanceof NotWritable) return undefined;
    throw error;
  }
}

class NotWritable extends Error {}

function written(value: unknown, indent: string, depth: number): string {
  if (depth > DEEPEST) throw new NotWritable();
  if (value instanceof Code) return value.text;
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : ofObject(value, indent, depth);
    default:
      throw new NotWritable();
  }
}

function ofObject(value: object, indent: string, depth: number): string {
  const inner = `${indent}  `;
  const each = (list: readonly unknown[]) => list.map((one) => written(one, inner, depth + 1));
  const made = (name: string, list: readonly unknown[]) =>
    `new ${name}(${brackets('[]', each(list), indent)})`;
  if (Array.isArray(value)) {
    // A hole is not undefined.
    if (Object.keys(value).length !== value.length) throw new NotWritable();
    return brackets('[]', each(value), indent);
  }
  if (Buffer.isBuffer(value)) return `Buffer.from(${quoted(value.toString('base64'))}, 'base64')`;
  if (types.isTypedArray(value)) return made(value.constructor.name, [...(value as unknown as number[])]);
  if (types.isMap(value)) return made('Map', [...value]);
  if (types.isSet(value)) return made('Set', [...value]);
  if (types.isDate(value)) {
    const ms = value.getTime();
    return `new Date(${Number.isNaN(ms) ? 'Number.NaN' : quoted(value.toISOString())})`;
  }
  if (value instanceof URL) return `new URL(${quoted(value.href)})`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || !isPlain(prototype)) throw new NotWritable();
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NotWritable();
  const entries = Object.entries(value).map(
    ([name, one]) => `${keyOf(name)}: ${written(one, inner, depth + 1)}`,
  );
  return brackets('{}', entries, indent);
}

/** On one line where that is short, else on a line for each. */
function brackets([open, close]: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return `${open}${close}`;
  const pad = open === '{' ? ' ' : '';
  const line = `${open}${pad}${parts.join(', ')}${pad}${close}`;
  if (line.length + indent.length <= WIDTH && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`;
}

function keyOf(name: string): string {
  // As an own property, it would be the prototype.
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** In single quotes, with what JSON escapes, and what ends a line. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${json.replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)}'`;
}
