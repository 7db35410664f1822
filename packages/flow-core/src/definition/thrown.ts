/**
 * Reads what was thrown. That may be anything: no Error, a Proxy, an object whose getters throw. Nothing here throws.
 */
import { inspect, types } from 'node:util';

/** The longest text that is kept of what was thrown. Characters. */
export const LONGEST_TEXT = 64 * 1024;

/** The longest text of a value that is no Error. Characters. */
const LONGEST_VALUE = 4096;

/** Returns a property, or undefined when reading it throws. */
export function readProperty(thrown: unknown, name: string): unknown {
  try {
    return (thrown as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** Whether it is an Error, of any realm, or has what an Error has. */
export function isErrorLike(thrown: unknown): boolean {
  try {
    if (thrown instanceof Error) return true;
    return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
  } catch {
    return false;
  }
}

/** Returns the text of a property such as `message`; undefined when it has none that can be read. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  try {
    return shortened(String(value), LONGEST_TEXT);
  } catch {
    return undefined;
  }
}

/** Describes a value that is no Error: `{"code":3}`, `[Object: null prototype] { code: 3n }`. Of a Response, its headers may be secret. */
export function describeValue(value: unknown): string {
  return shortened(textOfValue(value), LONGEST_VALUE);
}

/**
 * What an error says, in one text.
 *
 * @example
 * ```ts
 * messageOf(new Error('no such film')); // 'no such film'
 * messageOf(null); // 'null'
 * ```
 */
export function messageOf(thrown: unknown): string {
  return (isErrorLike(thrown) && textOf(readProperty(thrown, 'message'))) || describeValue(thrown);
}

/** As `String(error)` says it: `RangeError: more than 1`. */
export function headlineOf(thrown: unknown): string {
  const name = isErrorLike(thrown) ? textOf(readProperty(thrown, 'name')) : undefined;
  return name === undefined ? messageOf(thrown) : `${name}: ${messageOf(thrown)}`;
}

function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    const json = JSON.stringify(value);
    if (typeof json === 'string') return json === '{}' ? (ofHidden(value) ?? json) : json;
  } catch {
    // It cannot be written as JSON: a BigInt, a circle, a getter that throws.
  }
  try {
    return inspected(value);
  } catch {
    return 'a value that cannot be described';
  }
}

function inspected(value: unknown): string {
  const text = inspect(value, { depth: 1, customInspect: false, maxArrayLength: 20, maxStringLength: 500 });
  // A Proxy of an Error is shown with the stack of its target.
  return text.split(/\n +at /)[0] as string;
}

/** What JSON says nothing of, since it has no properties that can be seen: `a Response (status 429)`, `Map(1) { 1 => 2 }`. */
function ofHidden(value: unknown): string | undefined {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (name === 'Object') return undefined;
  if (types.isMap(value) || types.isSet(value)) return inspected(value);
  const status = readProperty(value, 'status');
  return `a value of the class ${name}${typeof status === 'number' ? `, with the status ${status}` : ''}`;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`;
}
