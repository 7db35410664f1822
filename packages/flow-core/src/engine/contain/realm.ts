/**
 * Notices what a task changed in what all code of a process shares, such as `Array.prototype` or `fs.readFileSync`, and puts
 * it back. A look costs time: at what people patch most some microseconds, which every task is worth, at everything a tenth
 * of a millisecond.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Hash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { Duplex, Readable, Stream, Writable } from 'node:stream';
import { DefaultDeserializer, DefaultSerializer, Deserializer, Serializer } from 'node:v8';

/**
 * What is looked at: what people patch most; also all that the engine needs in its own process, and Node's modules; or all
 * that is built in.
 */
export type Extent = 'common' | 'engine' | 'all';

/** When everything was looked at so long ago, it is looked at again. Milliseconds. */
const ALL_AFTER_MS = 50;

/** So many tasks of each step are followed by a look at everything, also when they are quick. */
const FIRST_TASKS = 16;

/** Says how much to look at after a task. */
export class Extents {
  /** How many tasks of each step. No Map: a task may have patched it. */
  readonly #tasks = Object.create(null) as Record<string, number>;
  #last = 0;

  /** @param now milliseconds of a steady clock */
  after(step: string, now: number): Extent {
    const tasks = this.#tasks[step] ?? 0;
    if (tasks >= FIRST_TASKS && now - this.#last < ALL_AFTER_MS) return 'common';
    this.#tasks[step] = tasks + 1;
    this.#last = now;
    return 'all';
  }
}

interface Watched {
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
const { ownKeys, getPrototypeOf, deleteProperty } = Reflect;

/** What was changed, and what of it could not be put back: nothing can be executed in the process any more. */
export interface Changes {
  names: string[];
  lasting: string[];
}

export class Realm {
  readonly #common: Watched[];
  readonly #engine: Watched[] = [];
  readonly #modules: Watched[] = [];
  readonly #all: Watched[] = [];

  /** Remembers everything as it is now. @param most the widest that will be asked for */
  constructor(most: Extent) {
    this.#common = common().map((one) => watched(one, false));
    if (most === 'common') return;
    this.#modules = modules().map((one) => watched(one, false));
    this.#engine = engine().map((one) => watched(one, COUNTED.has(one.name)));
    if (most === 'engine') return;
    this.#all = all().map((one) => watched(one, true));
  }

  /**
   * Puts back what was changed. Its names are such as `Array.prototype.map`; mostly there are none.
   * Until it returns nothing built-in can be relied upon, not even a loop by `of`.
   */
  putBack(extent: Extent): Changes {
    const changes: Changes = { names: [], lasting: [] };
    putBackAll(this.#common, changes);
    if (extent === 'common') return changes;
    putBackAll(this.#engine, changes);
    if (extent === 'all') putBackAll(this.#all, changes);
    const before = changes.names.length;
    putBackAll(this.#modules, changes);
    // What is imported by name from them, too.
    if (changes.names.length > before) syncBuiltinESMExports();
    return changes;
  }
}

function putBackAll(all: readonly Watched[], changes: Changes): void {
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
function watched({ name, object, only, getters: some }: Named, counted: boolean): Watched {
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

/** A new global variable is like a variable of a module: a library that sets one when it is loaded needs it. */
const OPEN = /^(globalThis|process\.std\w+|node:.*)$/;

/** Objects whose texts everyone sees, such as the name of errors. */
const OF_TEXT = /^(process|(\w*Error)\.prototype)$/;

/** Namespaces, the words of the command line, `Error.stackTraceLimit`. Node keeps state of its own in other properties. */
function isWatched(key: string | symbol, value: unknown): boolean {
  return key === 'stackTraceLimit' || key === 'argv' || key === 'execArgv' || NAMESPACES.has(value);
}
const NAMESPACES = new Set<unknown>([Math, JSON, Reflect, Atomics, Intl, console, process, globalThis]);

interface Named {
  name: string;
  object: object;
  /** Its keys that are watched; all by default. */
  only?: readonly (string | symbol)[] | undefined;
  /** Its getters that are watched; all by default. Node replaces some of its own. */
  getters?: readonly string[];
}

const words = (text: string) => text.split(' ');
const NONE: readonly string[] = [];

/** Of large objects, what people patch most and what the engine needs at every step. */
const ONLY = {
  globalThis: words(
    'Array Buffer Date Error JSON Map Math Object Promise Set clearTimeout console fetch process queueMicrotask ' +
      'setImmediate setInterval setTimeout',
  ),
  process: words('chdir cwd emit exit nextTick on reallyExit'),
  console: words('error log warn'),
  Object: words('assign create defineProperty entries freeze fromEntries keys values'),
  'Array.prototype': [
    ...words(
      'concat every filter find flatMap forEach includes indexOf join map pop push shift slice some sort splice',
    ),
    Symbol.iterator,
  ],
  Math: words('max min random'),
  'node:crypto': words('createHash createHmac hash randomBytes randomInt randomUUID'),
} as Partial<Record<string, readonly (string | symbol)[]>>;

const prototypeOf = (made: unknown) => getPrototypeOf(made as object) as object;

/** What people patch most, by polyfills, mocks, fake timers, instrumentation; and what the engine needs at every step. */
function common(): Named[] {
  return [
    named('globalThis', globalThis, ['process', 'Buffer', 'performance']),
    named('process', process, NONE),
    named('console', console, NONE),
    named('JSON', JSON),
    named('Object', Object),
    named('Object.prototype', Object.prototype, NONE),
    named('Function.prototype', Function.prototype, NONE),
    named('Array', Array, NONE),
    named('Array.prototype', Array.prototype),
    named('Promise', Promise, NONE),
    named('Promise.prototype', Promise.prototype),
    named('Map.prototype', Map.prototype, NONE),
    named('Set.prototype', Set.prototype, NONE),
    named('Error', Error, NONE),
    named('Date', Date),
    named('Math', Math),
    // The engine has a copy of its own under this name.
    named('performance', globalThis.performance, NONE),
    named('EventEmitter.prototype', prototypeOf(prototypeOf(process)), NONE),
    named('Array Iterator', prototypeOf([][Symbol.iterator]())),
  ];
}

function named(name: string, object: object, getters?: readonly string[]): Named {
  return { ...{ name, object, only: ONLY[name] }, ...(getters ? { getters } : {}) };
}

/** What the engine goes on with in the process in which a step was executed. */
function engine(): Named[] {
  return [
    { name: 'Object.prototype', object: Object.prototype },
    { name: 'Array', object: Array },
    { name: 'Array.prototype', object: Array.prototype },
    { name: 'Promise', object: Promise },
    { name: 'Reflect', object: Reflect },
    { name: 'Map.prototype', object: Map.prototype },
    { name: 'Set.prototype', object: Set.prototype },
    { name: 'WeakMap.prototype', object: WeakMap.prototype },
    { name: 'String.prototype', object: String.prototype },
    { name: 'Number', object: Number },
    { name: 'Number.prototype', object: Number.prototype },
    { name: 'Date.prototype', object: Date.prototype },
    { name: 'TypedArray.prototype', object: prototypeOf(Uint8Array.prototype), getters: NONE },
    { name: 'RegExp.prototype', object: RegExp.prototype },
    { name: 'Error.prototype', object: Error.prototype },
    { name: 'Buffer', object: Buffer, getters: NONE },
    { name: 'Buffer.prototype', object: Buffer.prototype, getters: NONE },
    { name: 'process', object: process, only: ['stdout', 'stderr'] },
    { name: 'Map Iterator', object: prototypeOf(new Map().entries()) },
    { name: 'Set Iterator', object: prototypeOf(new Set().values()) },
    { name: 'String Iterator', object: prototypeOf(''[Symbol.iterator]()) },
    { name: 'Generator', object: prototypeOf(prototypeOf((function* () {})())) },
    ...[
      ...[AsyncLocalStorage, Serializer, DefaultSerializer, Deserializer, DefaultDeserializer, Hash],
      ...[Socket, Duplex, Readable, Stream, Writable],
    ].map((made) => ({ name: `${made.name}.prototype`, object: made.prototype, getters: NONE })),
  ];
}

/** Where people add methods that are not enumerable. */
const COUNTED = new Set(['Object.prototype', 'Array.prototype']);

/** All of it: the whole of what is looked at in part elsewhere, every global class with its prototype, and what they have not. */
function all(): Named[] {
  const found: Named[] = [
    { name: 'globalThis', object: globalThis, getters: ['process', 'Buffer', 'performance'] },
    { name: 'process', object: process, getters: ['stdout', 'stderr', 'stdin'] },
    { name: 'process.stdout', object: process.stdout, getters: NONE },
    { name: 'process.stderr', object: process.stderr, getters: NONE },
    { name: 'performance', object: globalThis.performance, getters: NONE },
    { name: 'EventEmitter.prototype', object: prototypeOf(prototypeOf(process)), getters: NONE },
    { name: 'Iterator.prototype', object: prototypeOf(prototypeOf([][Symbol.iterator]())) },
    { name: 'Array Iterator', object: prototypeOf([][Symbol.iterator]()) },
    { name: 'AsyncGenerator', object: prototypeOf(prototypeOf((async function* () {})())) },
    ...[console, JSON, Math, Reflect, Atomics, Intl].map((object) => ({
      ...{ name: NAMES_OF.get(object) ?? '', object, getters: NONE },
    })),
  ];
  for (const key of ownKeys(globalThis)) {
    const value = getOwnPropertyDescriptor(globalThis, key)?.value;
    if (typeof value === 'function' && typeof key === 'string' && /^[A-Z]/.test(key)) {
      found.push({ name: key, object: value });
      if (value.prototype) found.push({ name: `${key}.prototype`, object: value.prototype });
    }
  }
  return found;
}
const NAMES_OF = new Map<object, string>(
  Object.entries({ console, JSON, Math, Reflect, Atomics, Intl }).map(([name, object]) => [object, name]),
);

/** Node's modules that are loaded: their functions are replaced by mocks and by instrumentation. */
function modules(): Named[] {
  const loaded: readonly string[] = (process as { moduleLoadList?: string[] }).moduleLoadList ?? [];
  return MOCKED.filter((name) => loaded.includes(`NativeModule ${name}`)).map((name) => ({
    ...{ name: `node:${name}`, object: require(`node:${name}`) as object },
    ...{ only: ONLY[`node:${name}`], getters: NONE },
  }));
}
const MOCKED = [
  ...['fs', 'fs/promises', 'path', 'os', 'crypto', 'util', 'child_process', 'timers', 'timers/promises'],
  ...['async_hooks', 'stream', 'v8', 'url', 'net', 'dns', 'dns/promises', 'http', 'https', 'zlib'],
];
