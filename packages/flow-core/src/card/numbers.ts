/** Lists of numbers, as users have them. */
import { types } from 'node:util';
import { lineOf } from './text';
import { Unshowable } from './unshowable';

/** A list by its items: an array, a typed array, or a column of an Arrow table. Its items are read one by one. */
export interface List {
  readonly length: number;
  at(index: number): unknown;
}

/** @param path where it stands, for the sentence @throws Unshowable where it is no list */
export function listOf(value: unknown, path: string): List {
  if (Array.isArray(value) || types.isTypedArray(value)) {
    const items = value as ArrayLike<unknown>;
    return { length: items.length, at: (index) => items[index] };
  }
  if (types.isSet(value)) return listOf([...value], path);
  // A vector of Arrow.
  const vector = value as { length?: unknown; get?: unknown } | null | undefined;
  if (typeof vector === 'object' && typeof vector?.length === 'number' && typeof vector.get === 'function') {
    const get = vector.get as (index: number) => unknown;
    return { length: vector.length, at: (index) => get.call(vector, index) };
  }
  throw new Unshowable(`${path} has to be a list, such as an array, not ${lineOf(value)}`);
}

/** The first items of a list. */
export function firstOf(value: unknown, path: string, most: number): unknown[] {
  const list = listOf(value, path);
  return Array.from({ length: Math.min(list.length, most) }, (_, i) => list.at(i));
}

/** A number, or null where there is none. Dates are milliseconds. */
export function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (types.isDate(value)) return asNumber(value.getTime());
  if (typeof value === 'boolean') return Number(value);
  return null;
}

/** @param last how many of the last ones are of use */
export function numbersOf(value: unknown, path: string, last = Number.POSITIVE_INFINITY): (number | null)[] {
  const list = listOf(value, path);
  const from = Math.max(0, list.length - last);
  return Array.from({ length: list.length - from }, (_, i) => asNumber(list.at(from + i)));
}
