/**
 * The digest of a value: sha256 over a canonical walk. It is sensitive to everything that code can observe (types, key
 * order, -0, holes, shared references, cycles) and to nothing that it cannot: v8's own bytes differ for equal values.
 * The same walk finds what could not be stored, and names its path.
 */
import { createHash, type Hash } from 'node:crypto';
import { types } from 'node:util';
import { FlowError } from '../definition/errors';

export interface Walked {
  /** Hex, 64 characters. */
  digest: string;
  /** JSON gives the very same value back. */
  plain: boolean;
  /** Bytes that the walk came to: a measure of the value's size. */
  size: number;
  /** Errors and objects without prototype: v8 would change them. */
  special: boolean;
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
}

/** @throws FlowError FLOW_ARTIFACT_UNSTORABLE, naming the path inside the value. */
export function walk(value: unknown, name = 'value'): Walked {
  const walker = new Walker(name);
  try {
    walker.value(value);
  } catch (error) {
    if (error instanceof RangeError) walker.refuse('is nested too deeply to be stored');
    throw error;
  }
  return walker.finish();
}

class Walker {
  readonly #hash: Hash = createHash('sha256');
  #buffer = Buffer.allocUnsafe(8192);
  #at = 0;
  #total = 0;
  #plain = true;
  #special = false;
  #path: (string | number)[];
  #seen: Map<object, number> | undefined;
  #memory: Map<ArrayBufferLike, unknown> | undefined;

  constructor(name: string) {
    this.#path = [name];
  }

  finish(): Walked {
    this.#flush();
    const digest = this.#hash.digest('hex');
    return { digest, plain: this.#plain, size: this.#total, special: this.#special };
  }

  refuse(why: string): never {
    const [name, ...rest] = this.#path;
    const path = rest
      .map((k) => (typeof k === 'number' ? `[${k}]` : k.startsWith('<') ? k : property(k)))
      .join('');
    throw new FlowError(
      'FLOW_ARTIFACT_UNSTORABLE',
      `The artifact ${name} cannot be stored: ${name}${path} ${why}.`,
      {
        exit: 1,
      },
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
        return this.refuse(`is a function${v.name ? ` (${v.name})` : ''}; store what it computes instead`);
      case 'symbol':
        return this.refuse('is a symbol; use a string');
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
      this.#number(Tag.Reference, before);
      return;
    }
    this.#seen.set(v, this.#seen.size);
    if (types.isProxy(v)) this.refuse('is a Proxy; copy it into a plain object first');
    if (Array.isArray(v)) return this.#array(v);
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
      this.value((v as Record<string, unknown>)[key]);
    }
    this.#path.length = depth;
    this.#tag(Tag.End);
  }

  #array(v: unknown[]): void {
    const prototype = Object.getPrototypeOf(v);
    if (!Array.isArray(prototype))
      this.refuse(`is a ${nameOf(v)}, a subclass of Array; use Array.from() on it`);
    this.#number(Tag.Array, v.length);
    const depth = this.#path.length;
    let own = 0;
    for (let i = 0; i < v.length; i++) {
      const item = v[i];
      if (item === undefined && !(i in v)) {
        this.#plain = false;
        this.#tag(Tag.Hole);
        continue;
      }
      own++;
      if (typeof item === 'number') {
        if (!Number.isFinite(item) || Object.is(item, -0)) this.#plain = false;
        this.#number(Tag.Number, item);
      } else {
        this.#path[depth] = i;
        this.value(item);
      }
    }
    this.#path.length = depth;
    const keys = Object.keys(v);
    if (keys.length > own) {
      this.#plain = false;
      this.#keys(v, Tag.ArrayKeys, keys.slice(own));
    } else this.#noSymbols(v);
  }

  #exotic(v: object): void {
    const standard = standardClass(v);
    if (standard === undefined)
      this.refuse(`is ${article(nameOf(v))}; only plain data survives, make it a plain object`);
    if (types.isNativeError(v)) return this.#error(v);
    if (types.isAnyArrayBuffer(v) || ArrayBuffer.isView(v)) return this.#bytes(v);
    this.#noOwn(v, standard);
    const depth = this.#path.length;
    if (types.isMap(v)) {
      this.#number(Tag.Map, v.size);
      let i = 0;
      for (const [key, item] of v) {
        this.#path[depth] = `<key ${i}>`;
        this.value(key);
        this.#path[depth] = typeof key === 'string' ? `<${JSON.stringify(key)}>` : `<entry ${i}>`;
        this.value(item);
        i++;
      }
    } else if (types.isSet(v)) {
      this.#number(Tag.Set, v.size);
      let i = 0;
      for (const item of v) {
        this.#path[depth] = `<item ${i++}>`;
        this.value(item);
      }
    } else if (types.isDate(v)) {
      this.#number(Tag.Date, v.getTime());
    } else if (types.isRegExp(v)) {
      if (v.lastIndex !== 0) this.refuse('is a RegExp in mid-search: set its lastIndex to 0');
      this.#tag(Tag.RegExp);
      this.#string(v.source);
      this.#string(v.flags);
    } else if (types.isNumberObject(v) || types.isStringObject(v) || types.isBooleanObject(v)) {
      this.#tag(Tag.Boxed);
      this.value(v.valueOf());
    } else {
      this.refuse(`is ${article(nameOf(v))}; only plain data survives, make it a plain object`);
    }
    this.#path.length = depth;
  }

  #error(v: Error): void {
    this.#special = true;
    this.#tag(Tag.Error);
    const depth = this.#path.length;
    for (const key of ['name', 'message', 'stack', 'cause', 'errors'] as const) {
      const item = (v as unknown as Record<string, unknown>)[key];
      this.#path[depth] = key;
      this.value(item);
    }
    for (const key of Object.keys(v)) {
      this.#string(key);
      this.#path[depth] = key;
      this.value((v as unknown as Record<string, unknown>)[key]);
    }
    this.#path.length = depth;
    this.#tag(Tag.End);
  }

  #bytes(v: ArrayBufferLike | ArrayBufferView): void {
    if (types.isSharedArrayBuffer(v)) this.refuse('is a SharedArrayBuffer; copy it into an ArrayBuffer');
    const view = ArrayBuffer.isView(v) ? v : new Uint8Array(v as ArrayBuffer);
    const buffer = view.buffer;
    if (!Buffer.isBuffer(v)) {
      this.#memory ??= new Map();
      if (this.#memory.has(buffer))
        this.refuse('shares its memory with another part of the value; copy one of them');
      this.#memory.set(buffer, v);
    }
    this.#tag(Tag.Bytes);
    this.#string(bytesClass(v));
    this.#number(Tag.Number, view.byteLength);
    const bytes = new Uint8Array(buffer, view.byteOffset, view.byteLength);
    this.#flush();
    this.#total += bytes.length;
    this.#hash.update(bytes);
  }

  #noSymbols(v: object): void {
    const symbols = Object.getOwnPropertySymbols(v);
    if (symbols.length > 0) this.refuse(`has a symbol key (${String(symbols[0])}); use a string key`);
  }

  #noOwn(v: object, kind: string): void {
    this.#noSymbols(v);
    if (kind === 'String') return;
    const own = Object.keys(v);
    if (own.length > 0)
      this.refuse(`is a ${kind} with a property of its own ("${own[0]}"), which would be lost`);
  }

  #tag(tag: Tag): void {
    if (this.#at + 1 > this.#buffer.length) this.#flush();
    this.#buffer[this.#at++] = tag;
  }

  #number(tag: Tag, n: number): void {
    if (this.#at + 9 > this.#buffer.length) this.#flush();
    this.#buffer[this.#at++] = tag;
    // Every NaN is one NaN: its bits cannot be told apart by code.
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
        this.#total += bytes.length;
        this.#hash.update(bytes);
        return;
      }
    }
    this.#buffer[this.#at] = whole ? Tag.String : Tag.String16;
    const length = this.#buffer.write(s, this.#at + 5, whole ? 'utf8' : 'utf16le');
    this.#buffer.writeUInt32LE(length, this.#at + 1);
    this.#at += 5 + length;
  }

  #flush(): void {
    if (this.#at === 0) return;
    this.#total += this.#at;
    this.#hash.update(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    if (this.#total > 65536 && this.#buffer.length < 65536) this.#buffer = Buffer.allocUnsafe(65536);
  }
}

/** Node 20 has it; the ES2023 library does not declare it. */
const isWellFormed = (s: string): boolean => (s as string & { isWellFormed(): boolean }).isWellFormed();

/** Object.prototype, of this realm or of another (a test runner's, a vm's). */
export function isPlain(prototype: object): boolean {
  return (
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** The built-in class of an object, or undefined for a subclass and for a user's class. */
function standardClass(v: object): string | undefined {
  if (types.isNativeError(v)) return 'Error';
  if (Buffer.isBuffer(v)) return 'Buffer';
  const tag = Object.prototype.toString.call(v).slice(8, -1);
  const constructor = Object.getPrototypeOf(v)?.constructor;
  return typeof constructor === 'function' && constructor.name === tag && isNative(constructor)
    ? tag
    : undefined;
}

const natives = new WeakMap<object, boolean>();
function isNative(f: object): boolean {
  let native = natives.get(f);
  if (native === undefined) {
    native = Function.prototype.toString.call(f).includes('[native code]');
    natives.set(f, native);
  }
  return native;
}

export function bytesClass(v: object): string {
  return Buffer.isBuffer(v) ? 'Buffer' : Object.prototype.toString.call(v).slice(8, -1);
}

function nameOf(v: object): string {
  return Object.getPrototypeOf(v)?.constructor?.name || 'object of a class';
}

function article(word: string): string {
  return `${/^[AEIOU]/i.test(word) && !/^U[A-Z]/.test(word) ? 'an' : 'a'} ${word}`;
}

function property(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
