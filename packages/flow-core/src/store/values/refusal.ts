/** Why an object cannot be stored, and what helps: the end of a sentence that begins with its path. */
import { types } from 'node:util';
import { beyondFields } from '../../definition/instance';
import { article, nameOf } from './builtin-class';
import { heldIn } from './held';
import { isLoadable, readyCodec, readyRemedy } from './ready-codec';

/** Of what nobody can look into, by the name of its class. */
const CLOSED = new Map([
  ['WeakMap', 'whose keys nobody can list; use a Map'],
  ['WeakSet', 'whose items nobody can list; use a Set'],
  ['WeakRef', 'which may lose what it refers to; return that'],
  ['Symbol', 'which is like no other; use a string'],
  ['BigInt', 'which is an object around the number; use it.valueOf()'],
]);

/** Of the web's classes, by the tag of their objects: polyfills have it, too. */
const OF_WEB = new Map([
  ['Response', 'which can be read once; return what it says: await response.json()'],
  ['Request', 'which can be read once; return its url, and what else you need of it'],
  ['FormData', 'which is not stored; return its entries: [...form.entries()]'],
]);
const WEB_STREAM = /^(Readable|Writable|Transform|Compression|Decompression|TextEncoder|TextDecoder)Stream$/;

/** @param value an object of a class that no codec stores */
export function refusal(value: object): string {
  const name = nameOf(value);
  const tag = tagOf(value);
  const said = (what: string | undefined) => what && `is ${article(name)}, ${what}`;
  if (isIterator(value)) return 'is an iterator, which can be read once; return a list: [...it]';
  if (isStream(value, tag))
    return `is ${article(name)}, which can be read once; return what it gives, or write it into a file and return file(path)`;
  const Class = Object.getPrototypeOf(value)?.constructor;
  return (
    said(CLOSED.get(name)) ??
    said(OF_WEB.get(tag)) ??
    readyRefusal(value) ??
    (typeof Class !== 'function' || types.isProxy(Class) || isNative(Class)
      ? ofLanguage(value, name, tag)
      : (said(isGlobal(Class, name) ? 'which is not stored; return what you need of it' : undefined) ??
        ofUser(value, Class)))
  );
}

function ofLanguage(value: object, name: string, tag: string): string {
  if (tag.startsWith('Intl.') && has(value, 'resolvedOptions'))
    return `is ${article(tag)}, which is not stored; return its options, it.resolvedOptions(), or make it in the step that needs it`;
  return `is ${article(name)}, which is not stored; return what you need of it`;
}

function ofUser(value: object, Class: { name: unknown }): string {
  const name = typeof Class.name === 'string' ? Class.name : '';
  // The class of `export default class {}` is called so, and no import can be.
  if (name === '' || name === 'default')
    return `is an object of a class without a name, which no codec stores: give the class a name, and say how, as flow('…', { codecs: [instance(ItsName)] }), or return plain data`;
  const what = `is ${article(name)}, a class that no codec stores`;
  const how = (options = '') => `say how, as flow('…', { codecs: [instance(${name}${options})] })`;
  if (isLoadable(value))
    return `${what}: ${how(`, { encode: (it) => it.toJSON(), decode: (data) => ${name}.load(data) }`)}; for a model of ml.js, import { mlModel } from '@nx-flow/codecs/ml', and register mlModel(${name})`;
  if (has(value, 'toJSON') && has(Class, 'fromJSON')) return `${what}: ${how()}, or return plain data`;
  const held = heldIn(value);
  if (held !== undefined)
    return `${what}, and ${held}: return what you need of it, or make it in the step that needs it; or ${how(', { encode, decode }')}`;
  return `${what}: ${how(hasHidden(value) ? ', { encode, decode }' : '')}, or return plain data`;
}

/** @param value an object that has a plain object as its prototype, and no class */
export function inherits(value: object): string {
  return readyRefusal(value) ?? 'inherits from another object; copy it into a plain object';
}

/** Minified, a class has a name that says nothing. */
function readyRefusal(value: object): string | undefined {
  const name = nameOf(value);
  const ready = readyCodec(value, name);
  return (
    ready && `is ${name === 'Object' || name.length < 3 ? 'an object' : article(name)} ${readyRemedy(ready)}`
  );
}

const isNative = (Class: object) =>
  /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(Class));
/** A class of the platform that is written in JavaScript, such as AbortSignal. What a program sets is enumerable. */
function isGlobal(Class: object, name: string): boolean {
  const { enumerable, value, get } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  return enumerable === false && (value ?? get?.call(globalThis)) === Class;
}
/** Whether an instance has more than properties that can be seen. */
const hasHidden = (value: object) =>
  beyondFields(Object.getPrototypeOf(value)) !== undefined ||
  Object.hasOwn(value, 'constructor') ||
  Reflect.ownKeys(value).some((key) => !Object.prototype.propertyIsEnumerable.call(value, key));
const has = (value: object, name: string) => typeof (value as Record<string, unknown>)[name] === 'function';
const tagOf = (value: object) =>
  String((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] ?? '');
/** It gives itself when it is asked for what it holds. */
const isIterator = (value: object) =>
  has(value, 'next') && (Symbol.iterator in value || Symbol.asyncIterator in value);
/** Of Node, or of the web. Much else has a method `pipe`, such as a schema. */
const isStream = (value: object, tag: string) =>
  (has(value, 'pipe') && has(value, 'on')) || WEB_STREAM.test(tag);
