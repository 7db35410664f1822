/**
 * A value that all splits of a foreach see: decoded once, and deeply frozen. What cannot be frozen (a Map, a Set, bytes, a RegExp
 * that searches, instances of classes) is copied for each split, and so is what holds it. What lies in a Map or a Set is the same
 * for all. A Date is no copy, since rows have many: its methods that change it throw, and what changed it all the same,
 * `Date.prototype.setTime.call(date, 0)`, is undone before the next split sees it.
 */
import { types } from 'node:util';
import { Dates, freeze } from './shared-dates';

/** Copies an instance of a class. */
type CopyInstance = (instance: object) => unknown;

export class Shared {
  readonly #value: unknown;
  /** What each split has of its own. */
  readonly #own: ReadonlySet<object>;
  readonly #dates: Dates;
  /**
   * Each split needs a copy of the whole: of its parts, it would take as long, or an instance that holds what something else holds,
   * too, would hold another.
   */
  readonly isWhole: boolean;

  /** Freezes the value, which nobody else has. */
  constructor(value: unknown) {
    this.#value = value;
    this.#dates = new Dates();
    const leaves = freezeAll(value, this.#dates);
    const { own, reached } = holdersOf(value, leaves);
    this.#own = own;
    this.isWhole = (own.size > FEW && own.size * 4 > reached.size) || areEntangled(leaves, own, reached);
  }

  /** As it was given: for one split alone, unless nothing had to be copied. */
  get value(): unknown {
    return this.#value;
  }

  /** The value as one split sees it: the same as all others, but for what had to be copied. */
  forSplit(copyInstance: CopyInstance): unknown {
    this.#dates.putBack();
    if (this.#own.size === 0) return this.#value;
    return new Copies((v) => this.#own.has(v), copyInstance).of(this.#value);
  }
}

/** As many parts are copied in no time. More are, where they are less than a quarter of all: else decoding is as quick. */
const FEW = 1000;

/** Freezes, in place, all that can be frozen of a value that one split alone has. */
export function frozen(value: unknown): unknown {
  freezeAll(value);
  return value;
}

/** A frozen copy of a value that stays its owner's. Instances of classes are the very same. */
export function frozenCopy(value: unknown): unknown {
  return new Copies(
    () => true,
    (instance) => instance,
  ).of(value);
}

/** Freezes all that can be. Returns what cannot. What is frozen was seen: of 300,000 objects that takes a third of their decoding. */
function freezeAll(root: unknown, dates?: Dates): Set<object> {
  const leaves = new Set<object>();
  const todo: object[] = isObject(root) ? [root] : [];
  for (let v = todo.pop(); v; v = todo.pop()) {
    const record = isRecord(v);
    if (!record && !isFreezable(v)) {
      // An instance, too, that its own class has frozen: not all of its state is properties.
      if (leaves.has(v)) continue;
      leaves.add(v);
      if (types.isMap(v) || types.isSet(v))
        for (const inner of insideOf(v)) if (isObject(inner)) todo.push(inner);
      continue;
    }
    if (!Object.isExtensible(v)) continue;
    if (record && !Array.isArray(v)) {
      for (const key in v) {
        const inner = (v as Record<string, unknown>)[key];
        if (isObject(inner)) todo.push(inner);
      }
    } else for (const inner of insideOf(v)) if (isObject(inner)) todo.push(inner);
    if (!record && types.isDate(v)) dates?.add(v);
    freeze(v);
  }
  return leaves;
}

const isObject = (v: unknown): v is object => typeof v === 'object' && v !== null;

/**
 * The values that hold one of these, directly or not, and these.
 * @returns also all that is reached without looking into instances
 */
function holdersOf(
  root: unknown,
  leaves: ReadonlySet<object>,
): { own: ReadonlySet<object>; reached: ReadonlySet<object> } {
  const reached = new Set<object>();
  if (leaves.size === 0) return { own: leaves, reached };
  const holding = new Map<object, object[]>();
  const todo = [root as object];
  for (let v = todo.pop(); v; v = todo.pop()) {
    if (reached.has(v)) continue;
    reached.add(v);
    if (isOpaque(v, leaves)) continue;
    for (const inner of insideOf(v)) {
      if (!isObject(inner)) continue;
      const outer = holding.get(inner);
      if (outer) outer.push(v);
      else holding.set(inner, [v]);
      todo.push(inner);
    }
  }
  const own = new Set<object>(leaves);
  for (const v of own) for (const outer of holding.get(v) ?? []) own.add(outer);
  return { own, reached };
}

const isOpaque = (v: object, leaves: ReadonlySet<object>) =>
  leaves.has(v) && !types.isMap(v) && !types.isSet(v);

/** @param reached all that is reached without looking into instances */
function areEntangled(
  leaves: ReadonlySet<object>,
  own: ReadonlySet<object>,
  reached: ReadonlySet<object>,
): boolean {
  const others = new Set(reached);
  for (const leaf of leaves) {
    if (isPlainLeaf(leaf)) continue;
    const inside = new Set([leaf]);
    for (const v of inside) {
      if (v !== leaf && others.has(v)) return true;
      if (types.isProxy(v) || ArrayBuffer.isView(v)) continue;
      for (const inner of insideOf(v)) if (isObject(inner)) inside.add(inner);
    }
    for (const v of inside) others.add(v);
  }
  // An error that holds what is copied is copied whole.
  return [...own].some(types.isNativeError);
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
    if (types.isMap(v)) return this.#map(v);
    if (types.isSet(v)) return this.#set(v);
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

const isFreezable = (v: object) => types.isDate(v) || types.isNativeError(v) || types.isBoxedPrimitive(v);

/** What cannot be frozen, and is no instance of a class. */
const isPlainLeaf = (v: object) =>
  types.isMap(v) || types.isSet(v) || types.isRegExp(v) || types.isArrayBuffer(v) || ArrayBuffer.isView(v);

/** A list, or an object of no class. */
function isRecord(v: object): boolean {
  if (Array.isArray(v)) return true;
  const prototype = Object.getPrototypeOf(v);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}
