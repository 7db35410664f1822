/** What is patched is noticed and put back, and what a program loads by itself is left alone. */
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
  const changed = realm.putBack('common');
  expect([changed, target[key]]).toEqual([[name], before]);
  expect(realm.putBack('all')).toEqual([]);
});

test('what is rarely patched is looked at thoroughly', () => {
  const { get } = WeakMap.prototype;
  WeakMap.prototype.get = () => undefined;
  expect(realm.putBack('common')).toEqual([]);
  expect(realm.putBack('all')).toEqual(['WeakMap.prototype.get']);
  expect(WeakMap.prototype.get).toBe(get);
});

test('an iterator that was broken does not keep it from putting the rest back', () => {
  const iterator = Array.prototype[Symbol.iterator];
  Array.prototype[Symbol.iterator] = () => {
    throw new Error('patched');
  };
  globals.structuredClone = () => 1;
  const changed = realm.putBack('common');
  expect(changed.sort()).toEqual(['Array.prototype[symbol]', 'globalThis.structuredClone']);
  expect(Array.prototype[Symbol.iterator]).toBe(iterator);
});

test('a new global variable stays: a library may need what it set when it was loaded', () => {
  globals.loaded = 1;
  expect([realm.putBack('all'), globals.loaded]).toEqual([[], 1]);
  delete globals.loaded;
});
