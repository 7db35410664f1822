import { comparisonOf } from '../../../src/engine/contain/comparison';
import { watched } from '../../../src/engine/contain/watched';

function made() {
  const object = {} as Record<string | symbol, unknown>;
  const method = { configurable: true, writable: true, value: () => 1 };
  Object.defineProperty(object, 'method', method);
  Object.defineProperty(object, Symbol.iterator, method);
  Object.defineProperty(object, 'a "quoted" name', method);
  let value = 1;
  Object.defineProperty(object, 'size', { configurable: true, get: () => value, set: (to) => (value = to) });
  return object;
}

test.each<[string, (object: ReturnType<typeof made>) => void]>([
  ['a method', (object) => (object.method = () => 1)],
  ['a method that is removed', (object) => delete object.method],
  ['a symbol', (object) => (object[Symbol.iterator] = 1)],
  ['a name with quotes', (object) => (object['a "quoted" name'] = 1)],
  ['what a getter gives', (object) => (object.size = 2)],
  [
    'a getter that throws',
    (object) =>
      Object.defineProperty(object, 'size', {
        get() {
          throw 1;
        },
      }),
  ],
  ['another name', (object) => (object.more = 1)],
  ['freezing', (object) => Object.freeze(object)],
])('%s is noticed', (_, change) => {
  const [one, other] = [made(), made()];
  const isSame = comparisonOf([one, other].map((object) => watched({ name: 'object', object }, false)));
  expect(isSame?.()).toBe(true);
  change(other);
  expect(isSame?.()).toBe(false);
});
