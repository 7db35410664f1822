/** What two executions of a step have in common: where they differ, a test asserts the type alone. */
import { types } from 'node:util';
import { bytesClass } from '../../store/values/builtin-class';
import { Code } from './literal';

/** The value, with `expect.any(…)` in the places where the other execution left something else. */
export function expectedOf(first: unknown, second: unknown): unknown {
  if (Object.is(first, second)) return first;
  if (isDictionary(first) && isDictionary(second) && sameNames(first, second)) {
    const entries = Object.keys(first).map((name) => [name, expectedOf(first[name], second[name])]);
    return Object.fromEntries(entries);
  }
  if (Array.isArray(first) && Array.isArray(second) && first.length === second.length)
    return first.map((one, i) => expectedOf(one, second[i]));
  if (types.isDate(first) && types.isDate(second) && first.getTime() === second.getTime()) return first;
  return typed(first, second);
}

/** Of what has no values to compare one by one. */
export function typed(first: unknown, second: unknown): Code {
  const kind = kindOf(first);
  if (kind !== undefined && kind === kindOf(second)) return new Code(`expect.any(${kind})`);
  // `anything` is neither null nor undefined.
  return new Code(first == null || second == null ? '{ asymmetricMatch: () => true }' : 'expect.anything()');
}

const PRIMITIVES: Record<string, string> = {
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
  bigint: 'BigInt',
};

/** The function that `expect.any` takes. */
function kindOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return PRIMITIVES[typeof value];
  if (Array.isArray(value)) return 'Array';
  if (types.isTypedArray(value)) return bytesClass(value);
  if (types.isDate(value)) return 'Date';
  if (types.isMap(value)) return 'Map';
  if (types.isSet(value)) return 'Set';
  return isDictionary(value) ? 'Object' : undefined;
}

function isDictionary(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function sameNames(first: object, second: object): boolean {
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => Object.hasOwn(second, name));
}
