/**
 * The digest of a value: sha256 over a canonical walk. It is sensitive to everything that code can observe (types,
 * key order, -0, holes, shared references, cycles) and to nothing that it cannot: v8's own bytes differ for equal
 * values. Only an error's stack is left out: it shows where the code is, not what went wrong. The same walk finds
 * what cannot be stored, and its path. It stops at a getter, which may give another value each time: `reading.ts` reads
 * it once. Properties that are not enumerable do not count, and of memory only the viewed part does. A change that gives
 * any value another digest raises DIGEST_VERSION in `stamp.ts`.
 * Long, because one walk finds the digest and what cannot be stored.
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { types } from 'node:util';
import { FlowError } from '../../definition/errors';
import { messageOf } from '../../definition/thrown';
import { isFile } from '../cas/file';
import {
  article,
  bytesClass,
  errorClass,
  extraKeys,
  hasHiddenBytes,
  isBuffer,
  isDetached,
  isPlain,
  nameOf,
  saysItself,
  standardClass,
} from './builtin-class';
import type { Cycles } from './cycles';
import { type CodecFor, Instance } from './instance';
import { ownSymbols } from './printable';
import { SharedMemory } from './shared-memory';

export { bytesClass, isPlain } from './builtin-class';

/** Most values are stored. */
const refusals = () => require('./refusal') as typeof import('./refusal');

export interface Walked {
  /** Hex, 64 characters. */
  digest: string;
  /** Whether JSON gives exactly the same value back. */
  plain: boolean;
  /** Bytes that the walk hashed: a measure of the value's size. */
  size: number;
  /** Whether it has errors, objects without prototype or instances, which v8 would change. */
  special: boolean;
  /** The codecs of its instances: those that every flow has, or the flow's own, too. */
  instances: 'none' | 'standard' | 'own';
}

enum Tag {
  Undefined = 1,
  Null,
  True,
  False,
  Number,
  BigInt,
  String,
  String16,
  Object,
  NullObject,
  Array,
  Hole,
  ArrayKeys,
  Map,
  Set,
  Date,
  RegExp,
  Boxed,
  Bytes,
  Error,
  Reference,
  End,
  Instance,
}

/** Thrown by a walk that meets a getter, what stands for one, or an instance that has a codec. */
export const UNREAD = Symbol('unread');

/**
 * @param codecFor finds the codec of an instance
 * @param cycles where there are instances that are made out of what they hold
 * @throws FlowError FLOW_ARTIFACT_UNSTORABLE, naming the path inside the value; and {@link UNREAD}, before the first getter
 * is called
 */
export function walk(value: unknown, name = 'value', codecFor?: CodecFor, cycles?: Cycles): Walked {
  const walker = new Walker(name, codecFor, cycles);
  try {
    walker.value(value);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack'))
      walker.refuse('is nested too deeply to be stored');
    throw error;
  }
  return walker.finish();
}

/** A place in a Map, a Set or an error: one object for all its entries, since most are never named. */
interface Place {
  kind: 'key' | 'entry' | 'item';
  index: number;
  key?: unknown;
}

/** Longest path that an error shows whole. */
const SHOWN = 24;

/** Bytes of the first buffer of a walk. */
const FIRST = 8192;

/** The first buffer of a walk that is over, for the next one: a list may have 100,000 items. */
let spare: Buffer | undefined;

class Walker {
  /** Made when the first buffer is full: most values fit into it. */
  #hash: Hash | undefined;
  #buffer = spare ?? Buffer.allocUnsafe(FIRST);
  #at = 0;
  #total = 0;
  #plain = true;
  #special = false;
  #path: (string | number | Place)[];
  #seen: Map<object, number> | undefined;
  #memory: SharedMemory | undefined;
  #instances: Walked['instances'] = 'none';
  readonly #codecFor: CodecFor | undefined;
  readonly #cycles: Cycles | undefined;

  constructor(name: string, codecFor: CodecFor | undefined, cycles: Cycles | undefined) {
    this.#path = [name];
    this.#codecFor = codecFor;
    this.#cycles = cycles;
    spare = undefined;
  }

  finish(): Walked {
    const digest = this.#digest();
    if (this.#buffer.length === FIRST) spare = this.#buffer;
    return {
      digest,
      plain: this.#plain,
      size: this.#total,
      special: this.#special,
      instances: this.#instances,
    };
  }

  #digest(): string {
    if (this.#hash) {
      this.#flush();
      return this.#hash.digest('hex');
    }
    this.#total = this.#at;
    return hash('sha256', this.#buffer.subarray(0, this.#at), 'hex');
  }

  refuse(why: string, cause?: unknown): never {
    const [name, ...rest] = this.#path;
    const shown = rest.map(segment);
    if (shown.length > SHOWN) shown.splice(SHOWN / 2, shown.length - SHOWN, '…');
    const path = shown.join('');
    throw new FlowError(
      'FLOW_ARTIFACT_UNSTORABLE',
      `The artifact ${name} cannot be stored: ${name}${path} ${why}.`,
      { exit: 1, ...(cause === undefined ? {} : { cause }) },
    );
  }

  value(v: unknown): void {
    switch (typeof v) {
      case 'number':
        if (!Number.isFinite(v) || Object.is(v, -0)) this.#plain = false;
        this.#number(Tag.Number, v);
        return;
      case 'string':
        this.#string(v);
        return;
      case 'boolean':
        this.#tag(v ? Tag.True : Tag.False);
        return;
      case 'undefined':
        this.#plain = false;
        this.#tag(Tag.Undefined);
        return;
      case 'bigint':
        this.#plain = false;
        this.#tag(Tag.BigInt);
        this.#string(v.toString(16));
        return;
      case 'function':
        this.refuse(`is a function${v.name ? ` (${v.name})` : ''}; store what it computes instead`);
        break;
      case 'symbol':
        this.refuse('is a symbol; use a string');
        break;
      default:
        if (v === null) this.#tag(Tag.Null);
        else this.#object(v as object);
    }
  }

  #object(v: object): void {
    this.#seen ??= new Map();
    const before = this.#seen.get(v);
    if (before !== undefined) {
      this.#plain = false;
      if (this.#cycles?.closes(v))
        this.refuse(
          `${v instanceof Instance && v.isMade ? 'refers' : 'leads back'} to an instance that holds it, and that its codec makes out of what it holds`,
        );
      this.#number(Tag.Reference, before);
      return;
    }
    this.#seen.set(v, this.#seen.size);
    if (!this.#cycles) {
      this.#inside(v);
      return;
    }
    this.#cycles.enter(v, v instanceof Instance && v.isMade);
    this.#inside(v);
    this.#cycles.leave();
  }

  #inside(v: object): void {
    if (types.isProxy(v)) this.refuse('is a Proxy; copy it into a plain object first');
    if (this.#plain && 'toJSON' in v && isAsked(v)) this.#plain = false;
    if (Array.isArray(v)) {
      this.#array(v);
      return;
    }
    const prototype = Object.getPrototypeOf(v);
    if (prototype === null || isPlain(prototype)) {
      if (types.isArgumentsObject(v)) this.refuse('is an arguments object; use an array');
      if (prototype === null) {
        this.#special = true;
        this.#plain = false;
      }
      this.#keys(v, prototype === null ? Tag.NullObject : Tag.Object, Object.keys(v));
      return;
    }
    this.#plain = false;
    this.#exotic(v);
  }

  #keys(v: object, tag: Tag, keys: string[]): void {
    this.#noSymbols(v);
    this.#tag(tag);
    const depth = this.#path.length;
    for (const key of keys) {
      if (key === '__proto__') this.#plain = false;
      this.#string(key);
      this.#path[depth] = key;
      requireData(v, key);
      this.value((v as Record<string, unknown>)[key]);
    }
    this.#path.length = depth;
    this.#tag(Tag.End);
  }

  #array(v: unknown[]): void {
    const prototype = Object.getPrototypeOf(v);
    if (!Array.isArray(prototype)) {
      this.#leaveToCodec(v);
      this.refuse(`is ${article(nameOf(v))}, a subclass of Array; use Array.from() on it`);
    }
    this.#number(Tag.Array, v.length);
    const depth = this.#path.length;
    for (let i = 0; i < v.length; i++) {
      requireData(v, i);
      const item = v[i];
      if (item === undefined && !(i in v)) {
        this.#plain = false;
        this.#tag(Tag.Hole);
        continue;
      }
      if (typeof item === 'number') {
        if (!Number.isFinite(item) || Object.is(item, -0)) this.#plain = false;
        this.#number(Tag.Number, item);
      } else {
        this.#path[depth] = i;
        this.value(item);
      }
    }
    this.#path.length = depth;
    const extras = extraKeys(v);
    if (extras.length > 0) {
      this.#plain = false;
      this.#keys(v, Tag.ArrayKeys, extras);
    } else {
      this.#noSymbols(v);
      this.#tag(Tag.End);
    }
  }

  #exotic(v: object): void {
    if (v instanceof Instance) {
      this.#instance(v);
      return;
    }
    this.#leaveToCodec(v);
    if (isFile(v))
      this.refuse('is a file(), which is an artifact of its own: return it as one, not inside another');
    const standard = standardClass(v);
    if (standard === undefined) this.refuse(refusals().refusal(v));
    if (types.isNativeError(v)) this.#error(v);
    else if (types.isAnyArrayBuffer(v) || ArrayBuffer.isView(v)) this.#bytes(v, standard);
    else this.#standard(v, standard);
  }

  #leaveToCodec(v: object): void {
    let codec: unknown;
    try {
      codec = this.#codecFor?.(v);
    } catch (cause) {
      this.refuse(
        `was shown to the codecs of the flow, and match() of one threw: ${messageOf(cause)}`,
        cause,
      );
    }
    if (codec !== undefined) throw UNREAD;
  }

  #instance(v: Instance): void {
    this.#special = true;
    if (!v.isStandard) this.#instances = 'own';
    else if (this.#instances === 'none') this.#instances = 'standard';
    this.#tag(Tag.Instance);
    this.#string(v.codec);
    const identity = v.identity((why, cause) => this.refuse(why, cause));
    if (v.extra !== undefined) this.refuse(losing(v.codec, v.extra));
    if (v.bytes === undefined) this.value(v.taken);
    else if (typeof identity === 'string') this.#string(identity);
    else {
      this.#number(Tag.Bytes, identity.length);
      this.#flush();
      this.#update(identity);
    }
    this.#tag(Tag.End);
  }

  #standard(v: object, standard: string): void {
    if (types.isPromise(v)) this.refuse('is a Promise; await it first');
    if (standard === 'Object') this.refuse(refusals().inherits(v));
    this.#noOwn(v, standard);
    if (saysItself(v)) throw UNREAD;
    const depth = this.#path.length;
    if (types.isMap(v)) {
      this.#number(Tag.Map, mapSize.call(v));
      const place: Place = { kind: 'key', index: 0 };
      this.#path[depth] = place;
      for (const [key, item] of v) {
        place.kind = 'key';
        this.value(key);
        place.kind = 'entry';
        place.key = key;
        this.value(item);
        place.index++;
      }
    } else if (types.isSet(v)) {
      this.#number(Tag.Set, setSize.call(v));
      const place: Place = { kind: 'item', index: 0 };
      this.#path[depth] = place;
      for (const item of v) {
        this.value(item);
        place.index++;
      }
    } else if (types.isDate(v)) {
      this.#number(Tag.Date, getTime.call(v));
    } else if (types.isRegExp(v)) {
      if (v.lastIndex !== 0) this.refuse('is a RegExp in mid-search: set its lastIndex to 0');
      const own = new RegExp(v);
      this.#tag(Tag.RegExp);
      this.#string(own.source);
      this.#string(own.flags);
    } else if (types.isNumberObject(v)) {
      this.#tag(Tag.Boxed);
      this.value(Number.prototype.valueOf.call(v));
    } else if (types.isStringObject(v)) {
      this.#tag(Tag.Boxed);
      this.value(String.prototype.valueOf.call(v));
    } else if (types.isBooleanObject(v)) {
      this.#tag(Tag.Boxed);
      this.value(Boolean.prototype.valueOf.call(v));
    } else {
      this.refuse(refusals().refusal(v));
    }
    this.#path.length = depth;
  }

  #error(v: Error): void {
    this.#noSymbols(v);
    this.#special = true;
    this.#tag(Tag.Error);
    this.#string(errorClass(v));
    const depth = this.#path.length;
    for (const key of [...hiddenKeys(v), ...Object.keys(v)]) {
      // A stack has lines of code and folders of the machine: the same error with the same cause would count as
      // changed after every edit above it. It is stored all the same.
      if (key === 'stack') continue;
      this.#string(key);
      this.#path[depth] = key;
      requireData(v, key);
      this.value((v as unknown as Record<string, unknown>)[key]);
    }
    this.#path.length = depth;
    this.#tag(Tag.End);
  }

  #bytes(v: ArrayBufferLike | ArrayBufferView, standard: string): void {
    if (isDetached(v))
      this.refuse(`is ${article(standard)} whose memory was handed over to another thread; copy it before`);
    const view = ArrayBuffer.isView(v) ? v : new Uint8Array(v as ArrayBuffer);
    const { buffer, byteOffset, byteLength } = view;
    if (types.isSharedArrayBuffer(v)) this.refuse('is a SharedArrayBuffer; copy it into an ArrayBuffer');
    if (types.isSharedArrayBuffer(buffer))
      this.refuse(`is ${article(standard)} in a SharedArrayBuffer; copy it`);
    this.#noOwn(v, standard, extraKeys(v));
    if (hasHiddenBytes(v)) this.refuse(`is ${article(standard)} that hides its own bytes; copy it`);
    this.#memory ??= new SharedMemory();
    if (this.#memory.claim(view, isBuffer(v)))
      this.refuse('shares its memory with another part of the value; copy one of them');
    this.#tag(Tag.Bytes);
    this.#string(bytesClass(v));
    this.#number(Tag.Number, byteLength);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.#flush();
    this.#update(bytes);
  }

  #noSymbols(v: object): void {
    const symbols = ownSymbols(v);
    if (symbols.length > 0) this.refuse(`has a symbol key (${String(symbols[0])}); use a string key`);
  }

  #noOwn(v: object, kind: string, own = Object.keys(v)): void {
    this.#noSymbols(v);
    const first = types.isStringObject(v) ? own[v.length] : own[0];
    if (first !== undefined) this.refuse(losing(kind, first));
  }

  #tag(tag: Tag): void {
    if (this.#at + 1 > this.#buffer.length) this.#flush();
    this.#buffer[this.#at++] = tag;
  }

  #number(tag: Tag, n: number): void {
    if (this.#at + 9 > this.#buffer.length) this.#flush();
    this.#buffer[this.#at++] = tag;
    // All NaNs are equal: code cannot distinguish their bits.
    this.#buffer.writeDoubleLE(Number.isNaN(n) ? Number.NaN : n, this.#at);
    this.#at += 8;
  }

  #string(s: string): void {
    const whole = isWellFormed(s);
    const most = whole ? s.length * 3 : s.length * 2;
    if (this.#at + 5 + most > this.#buffer.length) {
      this.#flush();
      if (5 + most > this.#buffer.length) {
        const bytes = Buffer.from(s, whole ? 'utf8' : 'utf16le');
        this.#buffer[0] = whole ? Tag.String : Tag.String16;
        this.#buffer.writeUInt32LE(bytes.length, 1);
        this.#at = 5;
        this.#flush();
        this.#update(bytes);
        return;
      }
    }
    this.#buffer[this.#at] = whole ? Tag.String : Tag.String16;
    const length = this.#buffer.write(s, this.#at + 5, whole ? 'utf8' : 'utf16le');
    this.#buffer.writeUInt32LE(length, this.#at + 1);
    this.#at += 5 + length;
  }

  #update(bytes: Uint8Array): void {
    this.#hash ??= createHash('sha256');
    this.#total += bytes.length;
    this.#hash.update(bytes);
  }

  #flush(): void {
    if (this.#at === 0) return;
    this.#update(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    if (this.#total > 65536 && this.#buffer.length < 65536) this.#buffer = Buffer.allocUnsafe(65536);
  }
}

const losing = (kind: string, key: string) =>
  `is ${article(kind)} with a property of its own ("${key}"), which would be lost`;

const { __lookupGetter__: getterOf } = Object.prototype as unknown as {
  __lookupGetter__(key: string | number): unknown;
};

/** It costs a quarter of what a descriptor costs, and also finds what a class defines for all its errors. */
function requireData(v: object, key: string | number): void {
  if (getterOf.call(v, key) !== undefined) throw UNREAD;
}

const { getTime } = Date.prototype;
const sizeOf = (of: object) =>
  (Object.getOwnPropertyDescriptor(of, 'size') as PropertyDescriptor).get as (this: unknown) => number;
/** A property of the value's own may have the name, which the codecs do not see. */
const [mapSize, setSize] = [sizeOf(Map.prototype), sizeOf(Set.prototype)];

/** Node 20 has the method, but the ES2023 library does not declare it. */
const isWellFormed = (s: string): boolean => (s as string & { isWellFormed(): boolean }).isWellFormed();

/** Properties of every error that code can read although they are not enumerable. */
export function hiddenKeys(v: Error): string[] {
  return ['name', 'message', 'stack', 'cause', 'errors'].filter(
    (key) => key in v && !Object.prototype.propertyIsEnumerable.call(v, key),
  );
}

function segment(at: string | number | Place): string {
  if (typeof at === 'number') return `[${at}]`;
  if (typeof at === 'string') return /^[A-Za-z_$][\w$]*$/.test(at) ? `.${at}` : `[${JSON.stringify(at)}]`;
  if (at.kind === 'entry' && typeof at.key === 'string') return `<${JSON.stringify(at.key)}>`;
  return `<${at.kind} ${at.index}>`;
}

/** Whether JSON would ask it for another value: its `toJSON` is a function, also where that is hidden or inherited. */
function isAsked(v: object): boolean {
  const own = Object.getOwnPropertyDescriptor(v, 'toJSON');
  return own === undefined || own.get !== undefined || typeof own.value === 'function';
}
