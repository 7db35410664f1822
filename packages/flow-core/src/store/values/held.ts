/** What an object holds that lives in its process alone, so that its fields cannot be stored as they are. */
import { types } from 'node:util';
import { isPlain, nameOf } from './builtin-class';
import { readyCodec } from './ready-codec';

/** How many objects are looked at: an object may hold a whole program. */
const MOST = 1000;

/**
 * The end of a sentence, such as `its parts.0.done is a promise`.
 * @param value an object of a class
 */
export function heldIn(value: object): string | undefined {
  const paths = new Map<object, string>([[value, '']]);
  for (const [at, path] of paths) {
    const own = at === value || Array.isArray(at) || isPlain(Object.getPrototypeOf(at) ?? Object.prototype);
    for (const [key, { value: inner, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const here = path === '' ? key : `${path}.${key}`;
      // An object of a library may name its class: that is no field.
      const what = enumerable && key !== 'constructor' ? whatOf(inner, own) : undefined;
      if (what !== undefined) return `its ${here} is ${what}`;
      if (isLookedInto(inner) && !paths.has(inner) && paths.size < MOST) paths.set(inner, here);
    }
    if (
      own &&
      Object.getOwnPropertySymbols(at).some((key) => Object.prototype.propertyIsEnumerable.call(at, key))
    )
      return path === ''
        ? 'it has fields that only its class knows'
        : `its ${path} has fields that only a class knows`;
  }
  return undefined;
}

/** @param own it is in no other object of a class, which may have a codec that stores it without */
function whatOf(inner: unknown, own: boolean): string | undefined {
  if (types.isExternal(inner)) return 'a native object';
  if (!own) return undefined;
  if (typeof inner === 'function') return 'a function';
  if (typeof inner === 'symbol') return 'a symbol';
  return types.isPromise(inner) ? 'a promise' : undefined;
}

function isLookedInto(inner: unknown): inner is object {
  if (typeof inner !== 'object' || inner === null || types.isProxy(inner) || ArrayBuffer.isView(inner))
    return false;
  if (Array.isArray(inner)) return inner.length <= MOST;
  const prototype = Object.getPrototypeOf(inner);
  if (prototype === null || isPlain(prototype)) return true;
  const name = nameOf(inner);
  return (globalThis as Record<string, unknown>)[name] !== prototype.constructor && !readyCodec(inner, name);
}
