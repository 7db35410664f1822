/**
 * Values that node:v8 reads belong to the realm in which Node started. A test runner executes code in another
 * realm, where such a list is no `instanceof Array` and such a Map equals no Map.
 */
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { isPlain, standardClass } from './builtin-class';

let foreign: boolean | undefined;

/** Gives a freshly decoded value the classes of this realm, in place. Outside test runners it costs nothing. */
export function localize<T>(value: T): T {
  foreign ??= !(deserialize(serialize(new Map())) instanceof Map);
  if (!foreign || typeof value !== 'object' || value === null) return value;
  const seen = new Set<object>();
  const todo: unknown[] = [value];
  while (todo.length > 0) {
    const next = todo.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    adopt(next);
    for (const inner of insideOf(next)) todo.push(inner);
  }
  return value;
}

function insideOf(v: object): Iterable<unknown> {
  if (types.isMap(v)) return [...v].flat();
  if (types.isSet(v)) return v;
  return ArrayBuffer.isView(v) ? [] : fieldsOf(v);
}

function adopt(v: object): void {
  const prototype = Object.getPrototypeOf(v);
  const name = prototype === null ? undefined : standardClass(v);
  if (name === undefined || name === 'Buffer' || name === 'Error') return;
  // A class may be made without a constructor of its own.
  if (name === 'Object' && !isPlain(prototype)) return;
  const Class = (globalThis as unknown as Record<string, { prototype?: object } | undefined>)[name];
  if (Class?.prototype && Class.prototype !== prototype) Object.setPrototypeOf(v, Class.prototype);
}

/** All property values, also those that are not enumerable, such as an error's cause. */
function fieldsOf(v: object): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(v)).map((property) => property.value);
}
