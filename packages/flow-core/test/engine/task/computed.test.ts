import { inspect } from 'node:util';
import { computed } from '../../../src/engine/task/computed';

test('it looks like an object, and makes only what is read', () => {
  const made: string[] = [];
  const make = (name: string, value: unknown) => () => {
    made.push(name);
    return value;
  };
  const object = computed({ input: make('input', 3), index: make('index', undefined) });
  expect(Object.keys(object)).toEqual(['input', 'index']);
  expect('input' in object && !('other' in object)).toBe(true);
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  expect(made).toEqual([]);
  const { input, ...others } = object;
  expect([input, others, made]).toEqual([3, { index: undefined }, ['input', 'index']]);
  expect(inspect(object)).toBe('{ input: 3, index: undefined }');
  expect(`${object}`).toBe('[object Object]');
  // Those that wrap it see the same.
  expect([Object.create(object).input, new Proxy(object, {}).input, { ...object }.input]).toEqual([3, 3, 3]);
});

test('what is computed stays, and what is set beside it is kept', () => {
  const object = computed({ input: () => 3 });
  expect(() => {
    object.input = 4;
  }).toThrow(TypeError);
  expect(() => Object.defineProperty(object, 'input', { value: 4 })).toThrow(TypeError);
  expect(() => delete object.input).toThrow(TypeError);
  object.own = 5;
  expect({ ...object }).toEqual({ input: 3, own: 5 });
  delete object.own;
  expect(Object.keys(object)).toEqual(['input']);
});
