/**
 * One reading of a value. A getter may give another value each time, so it is called once, and what it gave takes its
 * place in a copy. So does a stand-in for an instance that a codec of the flow stores. A value without either is not copied: its digest and its bytes are taken one right after the other.
 */
import { types } from 'node:util';
import type { AnyCodec } from '../../definition/codec';
import { FlowError } from '../../definition/errors';
import { errorClass, isPlain, standardClass } from './builtin-class';
import { Cycles } from './cycles';
import { hiddenKeys, UNREAD, type Walked, walk } from './digest';
import { type CodecFor, codecFor, Instance, mayHaveCodec } from './instance';
import { ownSymbols } from './printable';

/** A value that is the same each time it is read, and what a walk finds of it. */
export interface Reading {
  value: unknown;
  walked: Walked;
}

/**
 * What codecs give later is waited for; all the rest is read when it is called.
 * @param codecs those of the flow
 * @throws FlowError FLOW_ARTIFACT_UNSTORABLE, naming the path inside the value; and what a getter throws
 */
export function readLater(
  value: unknown,
  name: string,
  codecs: readonly AnyCodec[] | undefined,
): Reading | Promise<Reading> {
  const codecOf = codecFor(codecs);
  try {
    return { value, walked: walk(value, name, codecOf) };
  } catch (error) {
    if (error !== UNREAD) throw error;
  }
  const copier = new Copier(codecOf);
  const copy = copied(value, name, copier);
  const reading = () => ({
    value: copy,
    walked: walk(copy, name, undefined, copier.hasMade ? new Cycles() : undefined),
  });
  return copier.pending.length > 0 ? Promise.all(copier.pending).then(reading) : reading();
}

/** The same where nobody can wait. @throws FlowError also FLOW_CODEC_ASYNC */
export function readOnce(value: unknown, name = 'value', codecs?: readonly AnyCodec[]): Reading {
  return now(readLater(value, name, codecs), name);
}

/** @throws FlowError FLOW_CODEC_ASYNC for what is still to come */
export function now<T extends object>(given: T | Promise<T>, name: string): T {
  if (!types.isPromise(given)) return given;
  given.catch(() => undefined);
  const message = `The artifact ${name} has a codec whose encode() gives its bytes later, and here nobody can wait for them.`;
  throw new FlowError('FLOW_CODEC_ASYNC', message, { exit: 1 });
}

function copied(value: unknown, name: string, copier: Copier): unknown {
  try {
    return copier.copy(value);
  } catch (error) {
    if (!(error instanceof RangeError && error.message.includes('call stack'))) throw error;
    const message = `The artifact ${name} cannot be stored: ${name} is nested too deeply to be stored.`;
    throw new FlowError('FLOW_ARTIFACT_UNSTORABLE', message, { exit: 1 });
  }
}

/**
 * Copies plain data, of any realm, and errors, identities kept; without what a Map, Set, Date or RegExp says of itself in
 * properties that are not enumerable. What else there is has no getters, or is refused by the walk.
 */
class Copier {
  /** What codecs give later. */
  readonly pending: Promise<void>[] = [];
  /** There are instances that are made out of what they hold. */
  hasMade = false;
  readonly #copies = new Map<object, object>();
  readonly #codecOf: CodecFor;

  constructor(codecOf: CodecFor) {
    this.#codecOf = codecOf;
  }

  copy(v: unknown): unknown {
    if (typeof v !== 'object' || v === null || types.isProxy(v)) return v;
    const known = this.#copies.get(v);
    if (known) return known;
    const codec = mayHaveCodec(v) ? this.#codecOf(v) : undefined;
    if (codec) return this.#instance(v, codec);
    const prototype = Object.getPrototypeOf(v);
    if (Array.isArray(v))
      return Array.isArray(prototype) ? this.#fill(v, new Array(v.length), Object.keys(v)) : v;
    if (types.isNativeError(v)) return this.#error(v);
    switch (standardClass(v)) {
      case 'Map':
        return this.#map(v as Map<unknown, unknown>);
      case 'Set':
        return this.#set(v as Set<unknown>);
      case 'RegExp':
        return this.#regExp(v as RegExp);
      case 'Date':
        return this.#fill(v, new Date(Date.prototype.getTime.call(v)), Object.keys(v));
    }
    if (prototype !== null && !isPlain(prototype)) return v;
    if (types.isArgumentsObject(v)) return v;
    return this.#fill(v, Object.create(prototype), Object.keys(v));
  }

  #instance(v: object, codec: AnyCodec): Instance {
    const standIn = new Instance(v, codec);
    this.#copies.set(v, standIn);
    const pending = standIn.encode(v, codec, (taken) => this.copy(taken));
    if (pending) this.pending.push(pending);
    this.hasMade ||= standIn.isMade;
    return standIn;
  }

  #fill<T extends object>(from: object, to: T, keys: readonly string[], enumerable = true): T {
    this.#copies.set(from, to);
    for (const key of keys) {
      const value = this.copy((from as Record<string, unknown>)[key]);
      Object.defineProperty(to, key, { value, enumerable, writable: true, configurable: true });
    }
    this.#keepSymbols(from, to);
    return to;
  }

  #map(v: Map<unknown, unknown>): object {
    const to = this.#fill(v, new Map(), Object.keys(v));
    for (const [key, item] of v) to.set(this.copy(key), this.copy(item));
    return to;
  }

  #set(v: Set<unknown>): object {
    const to = this.#fill(v, new Set(), Object.keys(v));
    for (const item of v) to.add(this.copy(item));
    return to;
  }

  #regExp(v: RegExp): object {
    const to = this.#fill(v, new RegExp(v), Object.keys(v));
    to.lastIndex = v.lastIndex;
    return to;
  }

  /** An error of the same class, whose name, message and cause are its own. */
  #error(v: Error): Error {
    const Class = (globalThis as unknown as Record<string, ErrorConstructor>)[errorClass(v)];
    const to =
      errorClass(v) === 'AggregateError' ? new AggregateError([]) : new (Class as ErrorConstructor)();
    for (const key of Object.getOwnPropertyNames(to)) Reflect.deleteProperty(to, key);
    const hidden = hiddenKeys(v);
    const keys = Object.keys(v);
    Object.setPrototypeOf(to, Object.getPrototypeOf(v));
    this.#fill(v, to, hidden, false);
    return this.#fill(v, to, keys);
  }

  /** The walk refuses them. */
  #keepSymbols(from: object, to: object): void {
    for (const key of ownSymbols(from)) {
      Object.defineProperty(to, key, { value: undefined, configurable: true });
    }
  }
}
