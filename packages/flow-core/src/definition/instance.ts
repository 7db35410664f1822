/** A ready codec for a class: `instance(Point)`. */
import type { InstanceCodec } from './codec';
import { FlowError, suggest } from './errors';
import { describeValue } from './thrown';

// biome-ignore lint/suspicious/noExplicitAny: any class, also one whose constructor is private
type Class<T> = (abstract new (...args: any[]) => T) | { readonly prototype: T; readonly name: string };

export interface InstanceOptions<T, D> {
  /** Recorded with every artifact that has one: its meaning must never change. The name of the class, unless it is given. */
  id?: string;
  /** A whole number from 1, which goes up when the class reads something else out of what is stored. 1, unless it is given. */
  version?: number;
  /** What is stored of an instance: any value that can be. Its properties, unless it is given. */
  encode?(value: T): D;
  /** An instance out of what `encode` gave. */
  decode?(data: D): T;
}

/**
 * Stores the instances of a class, wherever they lie in an artifact: their properties, and what these hold. A class that has
 * `toJSON()` and a static `fromJSON()` is stored by them, and any class by functions that are given. Instances of a subclass
 * have a codec of their own.
 *
 * @example
 * ```ts
 * import { flow, instance } from '@nx-flow/core';
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 *   get norm() {
 *     return Math.hypot(this.x, this.y);
 *   }
 * }
 * const f = flow('walk', { codecs: [instance(Point)] });
 * const start = f.start(() => ({ way: [new Point(1, 2), new Point(3, 4)] }));
 * const far = f.step('far', { after: start }, ({ self }) => ({ far: Math.max(...self.way.map((p) => p.norm)) }));
 * export default f.end(far);
 * ```
 * @throws FlowError FLOW_CODEC for a class whose properties cannot be seen, or are not all there is
 */
export function instance<T extends object, D = unknown>(
  of: Class<T>,
  options: InstanceOptions<T, D> = {},
): InstanceCodec<T> {
  if (typeof of !== 'function') throw wrong('…', `it takes a class, and was given ${describeValue(of)}.`);
  const [unknown] = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw wrong(of.name, `it has no option "${unknown}". ${suggest(unknown, OPTIONS)}`);
  const { id = of.name, version = 1 } = options;
  const prototype = of.prototype as object;
  const match = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype;
  const by = waysOf<T, D>(of, options);
  if (by) return { id, version, match, take: by.encode, make: by.decode as (taken: unknown) => T };
  const why = beyondFields(prototype);
  if (why !== undefined) throw wrong(of.name, why);
  return {
    ...{ id, version, match },
    take: (value) => fieldsOf(value),
    make: (taken) => Object.assign(Object.create(prototype), taken),
    empty: () => Object.create(prototype),
  };
}

const OPTIONS = ['id', 'version', 'encode', 'decode'];

/** The functions of a class that is not stored by its properties. */
function waysOf<T, D>(
  of: Class<T>,
  { encode, decode }: InstanceOptions<T, D>,
): { encode(value: T): D; decode(data: D): T } | undefined {
  if (encode && decode) return { encode, decode };
  if (encode || decode)
    throw wrong(of.name, `${encode ? 'decode' : 'encode'} is missing: it takes the other to come back.`);
  const { fromJSON } = of as { fromJSON?: unknown };
  const { toJSON } = of.prototype as { toJSON?: unknown };
  if (typeof fromJSON !== 'function' || typeof toJSON !== 'function') return undefined;
  return {
    encode: (value) => (toJSON as () => D).call(value),
    decode: (data) => fromJSON.call(of, data) as T,
  };
}

/** @throws TypeError where an instance has more than properties that can be seen */
function fieldsOf(value: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw new TypeError(`it has a symbol as a key (${String(key)})`);
    if (!Object.prototype.propertyIsEnumerable.call(value, key))
      throw new TypeError(`its property "${key}" is hidden`);
    const field = (value as Record<string, unknown>)[key];
    Object.defineProperty(fields, key, {
      value: field,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return fields;
}

/** What an instance has beside properties that can be seen, and what helps. Undefined where there is nothing. */
export function beyondFields(prototype: object): string | undefined {
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const Class = at === null ? undefined : at.constructor;
    if (typeof Class !== 'function') return 'it is no class.';
    const text = Function.prototype.toString.call(Class);
    if (/\{\s*\[native code\]\s*\}$/.test(text))
      return `it extends ${Class.name}, whose content is no property: give encode and decode.`;
    const { privateName } = require('./class-source') as typeof import('./class-source');
    const field = privateName(text);
    if (field !== undefined)
      return `nobody outside of ${Class.name} can see its private field ${field}: give encode and decode, or toJSON() and a static fromJSON().`;
  }
  return undefined;
}

function wrong(name: string, why: string): FlowError {
  return new FlowError('FLOW_CODEC', `instance(${name}) cannot be: ${why}`);
}
