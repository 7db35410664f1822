/**
 * A value that all splits of a foreach see: decoded once, and deeply frozen. What cannot be frozen (bytes, a RegExp that searches,
 * instances of classes) is copied for each split, and so is what holds it.
 */
import { types } from 'node:util';

/** Copies an instance of a class. */
type CopyInstance = (instance: object) => unknown;

export class Shared {
  readonly #value: unknown;
  /** What each split has of its own. */
  readonly #own: ReadonlySet<object>;

  /** Freezes the value, which nobody else has. */
  constructor(value: unknown) {
    this.#value = value;
    const leaves = freezeAll(value);
    this.#own = leaves.size === 0 ? leaves : holders(value, leaves);
  }

  /** As it was given: for one split alone, unless nothing had to be copied. */
  get value(): unknown {
    return this.#value;
  }

  /** The value as one split sees it: the same as all others, but for what had to be copied. */
  forSplit(copyInstance: CopyInstance): unknown {
    if (this.#own.size === 0) return this.#value;
    return new Copies((v) => this.#own.has(v), copyInstance).of(this.#value);
  }
}

/** A frozen copy of a value that stays its owner's. Instances of classes are the very same. */
export function frozenCopy(value: unknown): unknown {
  return new Copies(
    () => true,
    (instance) => instance,
  ).of(value);
}

/** Freezes all that can be. Returns what cannot. What is frozen was seen: of 300,000 objects that takes a third of their decoding. */
function freezeAll(root: unknown): Set<object> {
  const leaves = new Set<object>();
  const todo: object[] = isObject(root) ? [root] : [];
  for (let v = todo.pop(); v; v = todo.pop()) {
    const record = isRecord(v);
    if (!record && !isFreezable(v)) {
      // An instance, too, that its own class has frozen: not all of its state is properties.
      leaves.add(v);
      continue;
    }
    if (!Object.isExtensible(v)) continue;
    if (record && !Array.isArray(v)) {
      for (const key in v) {
        const inner = (v as Record<string, unknown>)[key];
        if (isObject(inner)) todo.push(inner);
      }
      Object.freeze(v);
    } else {
      for (const inner of insideOf(v)) if (isObject(inner)) todo.push(inner);
      freeze(v);
    }
  }
  return leaves;
}

const isObject = (v: unknown): v is object => typeof v === 'object' && v !== null;

/** The values that hold one of these, directly or not, and these. */
function holders(root: unknown, leaves: ReadonlySet<object>): Set<object> {
  const holding = new Map<object, object[]>();
  const seen = new Set<object>();
  const todo = [root as object];
  for (let v = todo.pop(); v; v = todo.pop()) {
    if (seen.has(v)) continue;
    seen.add(v);
    if (leaves.has(v)) continue;
    for (const inner of insideOf(v)) {
      if (!isObject(inner)) continue;
      const outer = holding.get(inner);
      if (outer) outer.push(v);
      else holding.set(inner, [v]);
      todo.push(inner);
    }
  }
  const found = new Set<object>(leaves);
  for (const v of found) for (const outer of holding.get(v) ?? []) found.add(outer);
  return found;
}

class Copies {
  readonly #isOwn: (value: object) => boolean;
  readonly #copyInstance: CopyInstance;
  /** Shared references and cycles are kept. */
  readonly #made = new Map<object, unknown>();

  constructor(isOwn: (value: object) => boolean, copyInstance: CopyInstance) {
    this.#isOwn = isOwn;
    this.#copyInstance = copyInstance;
  }

  of(v: unknown): unknown {
    if (!isObject(v) || !this.#isOwn(v)) return v;
    if (this.#made.has(v)) return this.#made.get(v);
    if (types.isMap(v)) return freeze(this.#map(v));
    if (types.isSet(v)) return freeze(this.#set(v));
    if (types.isDate(v)) return freeze(this.#keep(v, new Date(v.getTime())));
    if (isRecord(v)) return freeze(this.#record(v));
    return this.#keep(v, bytesOrRegExp(v) ?? this.#copyInstance(v));
  }

  #keep<T>(from: object, made: T): T {
    this.#made.set(from, made);
    return made;
  }

  #map(v: Map<unknown, unknown>): object {
    const made = this.#keep(v, new Map());
    for (const [key, item] of v) made.set(this.of(key), this.of(item));
    return made;
  }

  #set(v: Set<unknown>): object {
    const made = this.#keep(v, new Set());
    for (const item of v) made.add(this.of(item));
    return made;
  }

  #record(v: object): object {
    const made = this.#keep(
      v,
      Array.isArray(v) ? new Array(v.length) : Object.create(Object.getPrototypeOf(v)),
    );
    for (const key of Object.keys(v)) {
      const value = this.of((v as Record<string, unknown>)[key]);
      Object.defineProperty(made, key, { value, enumerable: true });
    }
    return made;
  }
}

function bytesOrRegExp(v: object): object | undefined {
  if (types.isRegExp(v)) return new RegExp(v.source, v.flags);
  if (types.isArrayBuffer(v)) return v.slice(0);
  if (!ArrayBuffer.isView(v)) return undefined;
  const { buffer, byteOffset, byteLength } = v;
  const memory = buffer.slice(byteOffset, byteOffset + byteLength);
  if (Buffer.isBuffer(v)) return Buffer.from(memory);
  return new (v.constructor as new (memory: ArrayBufferLike) => ArrayBufferView)(memory);
}

/** Its values. Those that are not enumerable too, such as an error's cause. */
function insideOf(v: object): Iterable<unknown> {
  if (isRecord(v)) return Object.values(v);
  if (types.isMap(v)) return [...v].flat();
  if (types.isSet(v)) return v;
  return Object.values(Object.getOwnPropertyDescriptors(v)).map(({ value }) => value);
}

const isFreezable = (v: object) =>
  types.isMap(v) || types.isSet(v) || types.isDate(v) || types.isNativeError(v) || types.isBoxedPrimitive(v);

/** A list, or an object of no class. */
function isRecord(v: object): boolean {
  if (Array.isArray(v)) return true;
  const prototype = Object.getPrototypeOf(v);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

const MUTATORS = /^(set.*|add|delete|clear|getOrInsert.*)$/;
/** By the prototype of Map, Set or Date, of this realm or of another. */
const guards = new WeakMap<object, object>();

/** A Map, a Set and a Date change what is no property: their methods throw. */
function freeze<T extends object>(v: T): T {
  if (types.isMap(v) || types.isSet(v) || types.isDate(v)) {
    const prototype = Object.getPrototypeOf(v);
    let guard = guards.get(prototype);
    if (!guard) {
      guard = guardOf(prototype);
      guards.set(prototype, guard);
    }
    Object.setPrototypeOf(v, guard);
  }
  return Object.freeze(v);
}

function guardOf(prototype: object): object {
  const guard = Object.create(prototype);
  const name = prototype.constructor.name;
  const value = () => {
    throw new TypeError(
      `This ${name} is the same for all splits of the foreach, by its option \`share\`: change a copy, new ${name}(…).`,
    );
  };
  for (const key of Object.getOwnPropertyNames(prototype))
    if (MUTATORS.test(key)) Object.defineProperty(guard, key, { value });
  return guard;
}
