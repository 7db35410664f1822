/** One built-in object: what it was like, whether it is still, and how it becomes so again. */
import type { Named } from './built-ins';

export interface Watched {
  name: string;
  object: object;
  /** Properties by their values. */
  keys: readonly (string | symbol)[];
  values: readonly unknown[];
  /** Properties by their getters, such as `Map.prototype.size`. */
  accessors: readonly (string | symbol)[];
  getters: readonly unknown[];
  /** Of both, in this order. */
  descriptors: readonly PropertyDescriptor[];
  /** Its enumerable names: an assignment adds one. Undefined for what code keeps things of its own in. */
  names: readonly string[] | undefined;
  /** All its keys, where additions are looked for that are not enumerable. To ask for them takes microseconds. */
  all: readonly (string | symbol)[] | undefined;
}

const { getOwnPropertyDescriptor, defineProperty, isExtensible, keys: namesOf } = Object;
const { ownKeys, deleteProperty } = Reflect;

/** What was changed, and what of it could not be put back: nothing can be executed in the process any more. */
export interface Changes {
  names: string[];
  lasting: string[];
}

export function putBackAll(all: readonly Watched[], changes: Changes): void {
  for (let i = 0; i < all.length; i++) {
    const one = all[i] as Watched;
    if (isChanged(one)) restore(one, changes);
  }
}

function isChanged({ object, keys, values, accessors, getters, names, all }: Watched): boolean {
  for (let i = 0; i < keys.length; i++) {
    if ((object as Properties)[keys[i] as string] !== values[i]) return true;
  }
  for (let i = 0; i < accessors.length; i++) {
    if (getOwnPropertyDescriptor(object, accessors[i] as string)?.get !== getters[i]) return true;
  }
  if (names && namesOf(object).length !== names.length) return true;
  if (all && ownKeys(object).length !== all.length) return true;
  return !isExtensible(object);
}

type Properties = Record<string | symbol, unknown>;

function restore(one: Watched, changes: Changes): void {
  const { name, object, keys, accessors, descriptors, names, all } = one;
  const note = (list: string[], key: string | symbol) => {
    list[list.length] = typeof key === 'symbol' ? `${name}[symbol]` : `${name}.${key}`;
  };
  for (let i = 0; i < keys.length + accessors.length; i++) {
    const key = (i < keys.length ? keys[i] : accessors[i - keys.length]) as string;
    if (isAsBefore(one, i)) continue;
    try {
      defineProperty(object, key, descriptors[i] as PropertyDescriptor);
    } catch {
      // It was made unchangeable.
    }
    note(changes.names, key);
    if (!isAsBefore(one, i)) note(changes.lasting, key);
  }
  const known = all ?? names ?? [];
  const now = all ? ownKeys(object) : names ? namesOf(object) : [];
  if (now.length !== known.length) {
    for (let i = 0; i < now.length; i++) {
      const key = now[i] as string;
      if (isOneOf(known, key)) continue;
      deleteProperty(object, key);
      note(changes.names, key);
    }
  }
  if (!isExtensible(object)) note(changes.names, '…');
}

function isAsBefore({ object, keys, values, accessors, getters }: Watched, i: number): boolean {
  if (i < keys.length) return (object as Properties)[keys[i] as string] === values[i];
  const at = i - keys.length;
  return getOwnPropertyDescriptor(object, accessors[at] as string)?.get === getters[at];
}

function isOneOf(keys: readonly (string | symbol)[], wanted: string | symbol): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i] === wanted) return true;
  return false;
}

/** One pass without a closure: a process does it once, before any of this code is optimized. */
export function watched({ name, object, only, getters: some }: Named, counted: boolean): Watched {
  const keys: (string | symbol)[] = [];
  const values: unknown[] = [];
  const accessors: (string | symbol)[] = [];
  const getters: unknown[] = [];
  const described: PropertyDescriptor[] = [];
  const descriptors: PropertyDescriptor[] = [];
  const all = only === undefined || counted ? ownKeys(object) : [];
  const candidates = only ?? all;
  const texts = OF_TEXT.test(name);
  for (let i = 0; i < candidates.length; i++) {
    const key = candidates[i] as string;
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined || !(descriptor.configurable || descriptor.writable)) continue;
    const { value, get } = descriptor;
    if (get !== undefined) {
      if (some !== undefined && !isOneOf(some, key)) continue;
      accessors.push(key);
      getters.push(get);
      described.push(descriptor);
    } else if (typeof value === 'function' || isWatched(key, value) || (texts && typeof value === 'string')) {
      keys.push(key);
      values.push(value);
      descriptors.push(descriptor);
    }
  }
  const open = OPEN.test(name);
  return {
    ...{ name, object, keys, values, accessors, getters },
    descriptors: described.length > 0 ? [...descriptors, ...described] : descriptors,
    names: open || counted ? undefined : namesOf(object),
    all: counted && !open ? all : undefined,
  };
}

/** The same properties as they are now. */
export function watchedAnew(one: Watched): Watched {
  const { object, keys, accessors, names, all } = one;
  const descriptorOf = (key: string | symbol) => getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
  return {
    ...one,
    values: keys.map((key) => (object as Properties)[key]),
    descriptors: [...keys, ...accessors].map(descriptorOf),
    names: names && namesOf(object),
    all: all && ownKeys(object),
  };
}

/** A new global variable is like a variable of a module: a library that sets one when it is loaded needs it. */
const OPEN = /^(globalThis|process\.std\w+|node:.*)$/;

/** Objects whose texts everyone sees, such as the name of errors. */
const OF_TEXT = /^(process|(\w*Error)\.prototype)$/;

/** Namespaces, the words of the command line, `Error.stackTraceLimit`. Node keeps state of its own in other properties. */
function isWatched(key: string | symbol, value: unknown): boolean {
  return key === 'stackTraceLimit' || key === 'argv' || key === 'execArgv' || NAMESPACES.has(value);
}
const NAMESPACES = new Set<unknown>([Math, JSON, Reflect, Atomics, Intl, console, process, globalThis]);
