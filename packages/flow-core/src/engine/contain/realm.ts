/**
 * Notices what a task changed in what all code of a process shares, such as `Array.prototype` or `setTimeout`, and puts it
 * back. A look costs time: at what people patch some microseconds, which every task is worth, and at everything some fifty.
 */
import async_hooks from 'node:async_hooks';
import child_process from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import stream from 'node:stream';
import url from 'node:url';
import util from 'node:util';
import v8 from 'node:v8';

/** What is looked at: what people patch, all that is built in, or that and the modules of Node that the engine uses. */
export type Extent = 'common' | 'all' | 'modules';

/** After tasks that take longer, everything is looked at: a hundredth of their time. Milliseconds. */
export const ALL_AFTER_MS = 5;

interface Watched {
  name: string;
  object: object;
  keys: readonly (string | symbol)[];
  values: readonly unknown[];
  descriptors: readonly PropertyDescriptor[];
  /** Its enumerable names: an assignment adds one. Undefined for what code keeps things of its own in. */
  names: readonly string[] | undefined;
}

const { getOwnPropertyDescriptor, defineProperty, isExtensible, keys: namesOf } = Object;
const { ownKeys, getPrototypeOf, deleteProperty } = Reflect;

export class Realm {
  readonly #common = common().map(watched);
  readonly #rest: Watched[] = [];

  /** Remembers everything as it is now. @param most the widest that will be asked for */
  constructor(most: Extent) {
    if (most === 'common') return;
    const known = new Set(this.#common.map(({ object }) => object));
    this.#rest = [...rest(), ...(most === 'modules' ? modules() : [])]
      .filter(([, object]) => !known.has(object))
      .map(watched);
  }

  /**
   * Puts back what was changed. Returns its names, such as `Array.prototype.map`; mostly none.
   * Until it returns nothing built-in can be relied upon, not even a loop by `of`.
   */
  putBack(extent: Extent): string[] {
    const changed: string[] = [];
    putBackAll(this.#common, changed);
    if (extent !== 'common') putBackAll(this.#rest, changed);
    return changed;
  }
}

function putBackAll(all: readonly Watched[], changed: string[]): void {
  for (let i = 0; i < all.length; i++) {
    const one = all[i] as Watched;
    if (isChanged(one)) restore(one, changed);
  }
}

function isChanged({ object, keys, values, names }: Watched): boolean {
  for (let i = 0; i < keys.length; i++) {
    if ((object as Properties)[keys[i] as string] !== values[i]) return true;
  }
  return (names && namesOf(object).length !== names.length) || !isExtensible(object);
}

type Properties = Record<string | symbol, unknown>;

function restore({ name, object, keys, values, descriptors, names }: Watched, changed: string[]): void {
  const note = (key: string | symbol) => {
    changed[changed.length] = typeof key === 'symbol' ? `${name}[symbol]` : `${name}.${key}`;
  };
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if ((object as Properties)[key] === values[i]) continue;
    try {
      defineProperty(object, key, descriptors[i] as PropertyDescriptor);
    } catch {
      // It was made unchangeable. The process is not used any more.
    }
    note(key);
  }
  const now = names ? namesOf(object) : [];
  if (names && now.length !== names.length) {
    for (let i = 0; i < now.length; i++) {
      const key = now[i] as string;
      if (isOneOf(names, key)) continue;
      deleteProperty(object, key);
      note(key);
    }
  }
  if (!isExtensible(object)) note('…');
}

function isOneOf(keys: readonly (string | symbol)[], wanted: string): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i] === wanted) return true;
  return false;
}

/** One pass without a closure: a process does it once, before any of this code is optimized. */
function watched([name, object]: [string, object]): Watched {
  const keys: (string | symbol)[] = [];
  const values: unknown[] = [];
  const descriptors: PropertyDescriptor[] = [];
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
    if (!isWatched(key, descriptor.value) || !(descriptor.writable || descriptor.configurable)) continue;
    keys.push(key);
    values.push(descriptor.value);
    descriptors.push(descriptor);
  }
  return { name, object, keys, values, descriptors, names: OPEN.test(name) ? undefined : namesOf(object) };
}

/** A new global variable is like a variable of a module: a library that sets one when it is loaded needs it. */
const OPEN = /^(globalThis|process\.std\w+)$/;

/** Functions, namespaces, and `Error.stackTraceLimit`. Node keeps state of its own in other properties. */
function isWatched(key: string | symbol, value: unknown): boolean {
  return typeof value === 'function' || key === 'stackTraceLimit' || NAMESPACES.has(value);
}
const NAMESPACES = new Set<unknown>([Math, JSON, Reflect, Atomics, Intl, console, process, globalThis]);

/** What people patch: by polyfills, mocks, fake timers, instrumentation. */
function common(): [string, object][] {
  return [
    ['globalThis', globalThis],
    ['process', process],
    ['process.stdout', process.stdout],
    ['process.stderr', process.stderr],
    ['console', console],
    ['JSON', JSON],
    ['Object', Object],
    ['Object.prototype', Object.prototype],
    ['Function.prototype', Function.prototype],
    ['Array', Array],
    ['Array.prototype', Array.prototype],
    ['String.prototype', String.prototype],
    ['Promise', Promise],
    ['Promise.prototype', Promise.prototype],
    ['Map.prototype', Map.prototype],
    ['Set.prototype', Set.prototype],
    ['Error', Error],
    ['Date', Date],
    ['Math', Math],
    ['Reflect', Reflect],
    ['Buffer', Buffer],
    // The engine has a copy of its own under this name.
    ['performance', globalThis.performance],
    ['EventEmitter.prototype', getPrototypeOf(getPrototypeOf(process) as object) as object],
  ];
}

/** Every other global class, with its prototype. */
function rest(): [string, object][] {
  const found: [string, object][] = [];
  for (const key of ownKeys(globalThis)) {
    const value = getOwnPropertyDescriptor(globalThis, key)?.value;
    if (typeof value === 'function' && typeof key === 'string' && /^[A-Z]/.test(key)) {
      found.push([key, value]);
      if (value.prototype) found.push([`${key}.prototype`, value.prototype]);
    }
  }
  const typedArray = getPrototypeOf(Uint8Array) as { prototype: object };
  return [
    ...found,
    ...iterators(),
    ['TypedArray.prototype', typedArray.prototype],
    ['Atomics', Atomics],
    ['Intl', Intl],
  ];
}

/** What loops ask for the next value, and what all of them inherit. */
function iterators(): [string, object][] {
  const some: [string, object][] = [
    ['ArrayIterator', [][Symbol.iterator]()],
    ['MapIterator', new Map().entries()],
    ['SetIterator', new Set().values()],
    ['StringIterator', ''[Symbol.iterator]()],
    ['Generator', getPrototypeOf((function* () {})()) as object],
    ['AsyncGenerator', getPrototypeOf((async function* () {})()) as object],
  ];
  const prototypes = some.map(([name, one]): [string, object] => [
    `${name}.prototype`,
    getPrototypeOf(one) as object,
  ]);
  const [[, first]] = prototypes as [[string, object]];
  return [...prototypes, ['Iterator.prototype', getPrototypeOf(first) as object]];
}

/** Of Node, what the engine calls in the process of a command, once the body of a spun step has ended. */
function modules(): [string, object][] {
  const whole = { async_hooks, child_process, crypto, fs, net, os, path, stream, url, util, v8 };
  const prototypes = [
    ...[async_hooks.AsyncLocalStorage, async_hooks.AsyncResource, Buffer, child_process.ChildProcess],
    ...[crypto.Hash, net.Server, net.Socket, stream.Duplex, stream.Readable, stream.Stream, stream.Transform],
    ...[stream.Writable, v8.DefaultDeserializer, v8.DefaultSerializer, v8.Deserializer, v8.Serializer],
  ];
  return [
    ...Object.entries(whole),
    ['fs.promises', fs.promises],
    ...prototypes.map((one): [string, object] => [`${one.name}.prototype`, one.prototype]),
  ];
}
