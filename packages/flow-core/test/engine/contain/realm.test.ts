/** What is patched is noticed and put back, and what a program loads by itself is left alone. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Realm } from '../../../src/engine/contain/realm';

const realm = new Realm('all');
const globals = globalThis as unknown as Record<string, unknown>;
const patched: Record<string, (target: Record<string, unknown>) => void> = {
  'Array.prototype.push': (target) => {
    target.push = () => {
      throw new Error('patched');
    };
  },
  'Object.prototype.evil': (target) => {
    target.evil = 1;
  },
  'JSON.stringify': (target) => {
    target.stringify = () => 'nothing';
  },
  'Math.random': (target) => {
    target.random = () => 0.5;
  },
  'globalThis.setTimeout': (target) => {
    target.setTimeout = () => 0;
  },
  'process.nextTick': (target) => {
    target.nextTick = () => {};
  },
  'console.log': (target) => {
    target.log = () => {};
  },
  'performance.now': (target) => {
    target.now = () => 0;
  },
  'Error.stackTraceLimit': (target) => {
    target.stackTraceLimit = 0;
  },
};
const TARGETS: Record<string, object> = {
  ...{ globalThis, process, console, performance, JSON, Math, Error },
  'Array.prototype': Array.prototype,
  'Object.prototype': Object.prototype,
};

test.each(Object.keys(patched))('%s is put back', (name) => {
  const at = name.lastIndexOf('.');
  const target = TARGETS[name.slice(0, at)] as Record<string, unknown>;
  const key = name.slice(at + 1);
  const before = target[key];
  patched[name]?.(target);
  const { names } = realm.putBack('common');
  expect([names, target[key]]).toEqual([[name], before]);
  expect(realm.putBack('all').names).toEqual([]);
});

describe('so is', () => {
  const define = (object: object, key: string | symbol, descriptor: PropertyDescriptor) =>
    Object.defineProperty(object, key, { configurable: true, ...descriptor });
  test.each<[string, object, string | symbol, PropertyDescriptor, string]>([
    [
      'an added method that is not enumerable',
      Array.prototype,
      'last',
      { value: () => 1 },
      'Array.prototype.last',
    ],
    [
      'what JSON asks everything for',
      Object.prototype,
      'toJSON',
      { value: () => 1 },
      'Object.prototype.toJSON',
    ],
    ['what every await asks for', Object.prototype, 'then', { value: () => {} }, 'Object.prototype.then'],
    ['an added symbol', Object.prototype, Symbol.toPrimitive, { value: () => 1 }, 'Object.prototype[symbol]'],
    ['a getter', Map.prototype, 'size', { get: () => 0 }, 'Map.prototype.size'],
    ['a getter that became a value', Map.prototype, 'size', { value: 0 }, 'Map.prototype.size'],
    ['a species', Array, Symbol.species, { get: () => String }, 'Array[symbol]'],
    ['a name of errors', Error.prototype, 'name', { value: 'Mine' }, 'Error.prototype.name'],
    ['the command line', process, 'argv', { value: [], writable: true }, 'process.argv'],
    ['an output', process, 'stdout', { value: {} }, 'process.stdout'],
    [
      'a function of the iterator of lists',
      Object.getPrototypeOf([][Symbol.iterator]()),
      'next',
      { value: () => ({ done: true }) },
      'Array Iterator.next',
    ],
    [
      'a function of fs',
      fs,
      'readFileSync',
      { value: () => 'stubbed', writable: true },
      'node:fs.readFileSync',
    ],
    ['a function of path', path, 'join', { value: () => 'J', writable: true }, 'node:path.join'],
    ['a function of hashes', crypto.Hash.prototype, 'digest', { value: () => 'a' }, 'Hash.prototype.digest'],
  ])('%s', (_, object, key, descriptor, name) => {
    const before = Object.getOwnPropertyDescriptor(object, key);
    define(object, key, descriptor);
    const { names, lasting } = realm.putBack('all');
    // What it was cannot be compared while it is changed.
    const after = Object.getOwnPropertyDescriptor(object, key);
    expect([names, lasting]).toEqual([[name], []]);
    expect([after?.get, after?.value]).toEqual([before?.get, before?.value]);
    expect(realm.putBack('all').names).toEqual([]);
  });
});

test('what is rarely patched is looked at thoroughly', () => {
  const { has } = WeakSet.prototype;
  WeakSet.prototype.has = () => false;
  expect(realm.putBack('common').names).toEqual([]);
  expect(realm.putBack('all').names).toContain('WeakSet.prototype.has');
  expect(WeakSet.prototype.has).toBe(has);
});

test('an iterator that was broken does not keep it from putting the rest back', () => {
  const iterator = Array.prototype[Symbol.iterator];
  Array.prototype[Symbol.iterator] = () => {
    throw new Error('patched');
  };
  globals.fetch = () => 1;
  const { names } = realm.putBack('common');
  expect(names.sort()).toEqual(['Array.prototype[symbol]', 'globalThis.fetch']);
  expect(Array.prototype[Symbol.iterator]).toBe(iterator);
});

test('a new global variable stays: a library may need what it set when it was loaded', () => {
  globals.loaded = 1;
  expect(realm.putBack('all').names).toEqual([]);
  expect(globals.loaded).toBe(1);
  delete globals.loaded;
});

// Last: it stays.
test('what cannot be put back is named apart', () => {
  const { compile } = RegExp.prototype;
  Object.defineProperty(RegExp.prototype, 'compile', { value: compile, configurable: false, writable: true });
  expect(realm.putBack('all')).toEqual({ names: [], lasting: [] });
  Object.defineProperty(RegExp.prototype, 'compile', { value: () => 1, writable: false });
  const { names, lasting } = realm.putBack('all');
  expect(new Set(names)).toEqual(new Set(['RegExp.prototype.compile']));
  expect(new Set(lasting)).toEqual(new Set(names));
});
