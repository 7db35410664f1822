/** The built-in objects that are watched: which, and what of them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Hash } from 'node:crypto';
import { Socket } from 'node:net';
import { Duplex, Readable, Stream, Writable } from 'node:stream';
import { DefaultDeserializer, DefaultSerializer, Deserializer, Serializer } from 'node:v8';

const { getOwnPropertyDescriptor } = Object;
const { ownKeys, getPrototypeOf } = Reflect;

export interface Named {
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

/**
 * What people patch most, by polyfills, mocks, fake timers, instrumentation; and what the engine needs at every step.
 * @param lazy With what is loaded when it is first asked for.
 */
export function common(lazy: boolean): Named[] {
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
    ...(lazy || isLoaded('perf_hooks') ? [named('performance', globalThis.performance, NONE)] : []),
    named('EventEmitter.prototype', prototypeOf(prototypeOf(process)), NONE),
    named('Array Iterator', prototypeOf([][Symbol.iterator]())),
  ];
}

function named(name: string, object: object, getters?: readonly string[]): Named {
  return { ...{ name, object, only: ONLY[name] }, ...(getters ? { getters } : {}) };
}

/** What the engine goes on with in the process in which a step was executed. */
export function engine(): Named[] {
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
export const COUNTED = new Set(['Object.prototype', 'Array.prototype']);

/** All of it: the whole of what is looked at in part elsewhere, every global class with its prototype, and what they have not. */
export function all(): Named[] {
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
export function modules(): Named[] {
  return MOCKED.filter(isLoaded).map((name) => ({
    ...{ name: `node:${name}`, object: require(`node:${name}`) as object },
    ...{ only: ONLY[`node:${name}`], getters: NONE },
  }));
}
function isLoaded(name: string): boolean {
  const loaded: readonly string[] = (process as { moduleLoadList?: string[] }).moduleLoadList ?? [];
  return loaded.includes(`NativeModule ${name}`);
}
const MOCKED = [
  ...['fs', 'fs/promises', 'path', 'os', 'crypto', 'util', 'child_process', 'timers', 'timers/promises'],
  ...['async_hooks', 'stream', 'v8', 'url', 'net', 'dns', 'dns/promises', 'http', 'https', 'zlib'],
];
