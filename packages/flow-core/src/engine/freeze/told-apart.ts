/** Which values the equality of test runners tells apart from all others. */
import { types } from 'node:util';
import { isPlain } from '../../store/values/digest';

/**
 * False for values that `toEqual` takes for equal to others, such as holes, bytes of an ArrayBuffer, fields of errors and classes;
 * and for dates that are none, which jest takes for different from each other.
 */
export function isToldApart(value: unknown, seen = new Set<object>()): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (seen.has(value)) return true;
  seen.add(value);
  const all = (list: Iterable<unknown>) => [...list].every((one) => isToldApart(one, seen));
  if (Array.isArray(value))
    return Object.keys(value).length === value.length && !value.includes(undefined) && all(value);
  if (types.isTypedArray(value)) return true;
  if (types.isMap(value)) return all([...value].flat());
  if (types.isSet(value)) return all(value);
  if (types.isDate(value)) return !Number.isNaN(value.getTime());
  if (types.isRegExp(value) || value instanceof URL) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || !isPlain(prototype)) return false;
  const values = Object.values(value);
  return !values.includes(undefined) && all(values);
}
