/** Why an object cannot be stored, and what helps: the end of a sentence that begins with its path. */
import { types } from 'node:util';
import { beyondFields } from '../definition/instance';
import { article, nameOf } from './builtin-class';
import { isLoadable, readyCodec, readyRemedy } from './ready-codec';

/** Of what nobody can look into. */
const CLOSED: Record<string, string> = {
  WeakMap: 'whose keys nobody can list; use a Map',
  WeakSet: 'whose items nobody can list; use a Set',
  WeakRef: 'which may lose what it refers to; return that',
  Symbol: 'which is like no other; use a string',
  Response: 'which can be read once; return what it says: await response.json()',
  Request: 'which can be read once; return its url, and what else you need of it',
};

/** @param value an object of a class that no codec stores */
export function refusal(value: object): string {
  const name = nameOf(value);
  const closed = CLOSED[name];
  if (isIterator(value)) return 'is an iterator, which can be read once; return a list: [...it]';
  if (closed !== undefined) return `is ${article(name)}, ${closed}`;
  if (isStream(value))
    return `is ${article(name)}, which can be read once; return what it gives, or write it into a file and return file(path)`;
  const ready = readyRefusal(value);
  if (ready !== undefined) return ready;
  const Class = Object.getPrototypeOf(value)?.constructor;
  if (typeof Class !== 'function' || types.isProxy(Class) || isNative(Class))
    return `is ${article(name)}; only plain data survives, make it a plain object`;
  if (isLoadable(value)) {
    const ways = `{ encode: (it) => it.toJSON(), decode: (data) => ${name}.load(data) }`;
    return `is ${article(name)}, a class that no codec stores: say how, as flow('…', { codecs: [instance(${name}, ${ways})] }); models of ml.js have a ready codec: import { ml } from '@nx-flow/codecs/ml'`;
  }
  const how = beyondFields(Object.getPrototypeOf(value)) === undefined ? '' : ', { encode, decode }';
  return `is ${article(name)}, a class that no codec stores: say how, as flow('…', { codecs: [instance(${name}${how})] }), or return plain data`;
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
const has = (value: object, name: string) => typeof (value as Record<string, unknown>)[name] === 'function';
/** It gives itself when it is asked for what it holds. */
const isIterator = (value: object) =>
  has(value, 'next') && (Symbol.iterator in value || Symbol.asyncIterator in value);
const isStream = (value: object) => has(value, 'pipe') || has(value, 'pipeTo') || has(value, 'getWriter');
