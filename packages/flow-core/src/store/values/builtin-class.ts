/** Finds the built-in class of a value from any realm, such as a test runner's or a vm's. */
import { inspect, types } from 'node:util';

/** Object.prototype, of this realm or of another. */
export function isPlain(prototype: object): boolean {
  return (
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** The built-in class of an object, or undefined for a subclass and for a user's class. */
export function standardClass(v: object): string | undefined {
  if (types.isNativeError(v)) return 'Error';
  if (isBuffer(v)) return 'Buffer';
  const tag = tagOf(v);
  const Class = Object.getPrototypeOf(v)?.constructor;
  return typeof Class === 'function' && Class.name === tag && isNative(Class) ? tag : undefined;
}

const ERRORS = [
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
] as const;
export type ErrorClass = 'Error' | (typeof ERRORS)[number];

/** The built-in class that an error is an instance of, through subclasses. */
export function errorClass(v: object): ErrorClass {
  for (let at = Object.getPrototypeOf(v); at !== null; at = Object.getPrototypeOf(at)) {
    const Class = Object.hasOwn(at, 'constructor') ? at.constructor : undefined;
    const known = typeof Class === 'function' && ERRORS.find((name) => name === Class.name);
    if (known && isNative(Class)) return known;
  }
  return 'Error';
}

/** Buffer, Float64Array, DataView, ArrayBuffer. */
export function bytesClass(v: object): string {
  return isBuffer(v) ? 'Buffer' : tagOf(v);
}

/** Whether it is a Buffer itself: an instance of a subclass would come back as a plain Buffer. */
export function isBuffer(v: object): v is Buffer {
  return Buffer.isBuffer(v) && Object.getPrototypeOf(v) === Buffer.prototype;
}

/** Whether it has properties of its own in the place of those that say where its bytes lie. */
export function hasHiddenBytes(v: object): boolean {
  return PLACE.some((name) => Object.hasOwn(v, name));
}
const PLACE = ['buffer', 'byteOffset', 'byteLength', 'length', 'constructor'];

/** Whether its memory is no longer its own: `postMessage(it, [it])` hands it over. */
export function isDetached(v: ArrayBufferLike | ArrayBufferView): boolean {
  const buffer = ArrayBuffer.isView(v) ? v.buffer : v;
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Whether a Map, Set, Date or RegExp has properties of its own: what prints it would ask them, and they are not stored. */
export function saysItself(v: object): boolean {
  if (!types.isMap(v) && !types.isSet(v) && !types.isDate(v) && !types.isRegExp(v)) return false;
  return Object.getOwnPropertyNames(v).length > (types.isRegExp(v) ? 1 : 0);
}

/** With more items than this, `inspect` is the quicker of the two ways. */
const MANY = 64;

/**
 * The properties of an array or a typed array besides its items. Object.keys makes a string of every index (0.13 s
 * for a million); `inspect` asks V8 only for the others.
 */
export function extraKeys(v: readonly unknown[] | ArrayBufferView | ArrayBufferLike): string[] {
  const items = 'length' in v ? (v as { length: number }).length : 0;
  if (
    items > MANY &&
    !inspect(v, { maxArrayLength: 0, depth: 0, breakLength: Infinity, customInspect: false }).includes(':')
  ) {
    return [];
  }
  const keys = Object.keys(v);
  // Indices come first.
  if (keys[keys.length - 1] === String(items - 1)) return NONE;
  let indices = Math.min(items, keys.length);
  while (indices > 0 && !isIndex(keys[indices - 1] as string, items)) indices--;
  return keys.slice(indices);
}

const NONE: string[] = [];
const isIndex = (key: string, items: number) => /^\d+$/.test(key) && Number(key) < items;

/** For messages: the name of the value's class. */
export function nameOf(v: object): string {
  const name = Object.getPrototypeOf(v)?.constructor?.name;
  return typeof name === 'string' && name ? name : 'object of a class';
}

/** For messages: `a Map`, `an Error`, `a URL`, `a Uint8Array`. */
export function article(word: string): string {
  return `${/^[AEIO]/i.test(word) ? 'an' : 'a'} ${word}`;
}

const tagOf = (v: object): string => Object.prototype.toString.call(v).slice(8, -1);

const natives = new WeakMap<object, boolean>();
function isNative(f: object): boolean {
  let native = natives.get(f);
  if (native === undefined) {
    native = Function.prototype.toString.call(f).includes('[native code]');
    natives.set(f, native);
  }
  return native;
}
