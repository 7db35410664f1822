import { runInThisContext } from 'node:vm';
import { expectedOf } from '../../../src/engine/freeze/expected';
import { Code, literalOf } from '../../../src/engine/freeze/literal';

const VALUES: unknown[] = [
  ...["it's", 'a "b"', 'c\\d\n\u2028\0', 1, -0, Number.NaN, -Infinity, 5n, true, null, undefined],
  ...[[], {}, [[1], { a: { b: [] } }], { 'a-b': 1, class: 2, 3: 4, ['__proto__']: 5 }],
  ...[new Map([['a', new Set([1, new Date(0)])]]), Buffer.from([0, 255]), new Float64Array([1.5, -0])],
  ...[
    new BigInt64Array([-1n]),
    new URL('https://example.com/?q=1'),
    Array.from({ length: 40 }, (_, i) => `item ${i}`),
  ],
];

test.each(VALUES.map((value) => [literalOf(value), value]))('%s gives the value again', (text, value) => {
  const again = runInThisContext(`(${text})`);
  expect(JSON.stringify([literalOf(again)])).toBe(JSON.stringify([text]));
  expect(again).toEqual(value);
});

test('what no expression gives is not written', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  class Point {}
  // biome-ignore lint/suspicious/noSparseArray: it is what is tested
  const not = [cycle, new Point(), [, 1], { [Symbol('s')]: 1 }, () => 1, [new Point()], /a/];
  expect(not.map((value) => literalOf(value))).toEqual(not.map(() => undefined));
});

test('where two executions differ, the type is expected: at the place itself, where there is one', () => {
  const expected = (first: unknown, second: unknown) => literalOf(expectedOf(first, second));
  expect(expected({ at: 1, rows: [{ id: 'a', n: 1 }] }, { at: 2, rows: [{ id: 'b', n: 1 }] })).toBe(
    '{ at: expect.any(Number), rows: [{ id: expect.any(String), n: 1 }] }',
  );
  expect(expected([1], [1, 2])).toBe('expect.any(Array)');
  expect(expected({ a: 1 }, { b: 1 })).toBe('expect.any(Object)');
  expect(expected({ a: new Date(1), b: new Map([[1, 2]]) }, { a: new Date(2), b: new Map() })).toBe(
    '{ a: expect.any(Date), b: expect.any(Map) }',
  );
  class SparseArray {}
  expect(expected(new SparseArray(), new SparseArray())).toBe('expect.anything()');
  expect(expected(new Uint8Array(1), new Uint8Array(2))).toBe('expect.any(Uint8Array)');
  expect(expected(null, 1)).toBe('{ asymmetricMatch: () => true }');
  expect(expected('', 1)).toBe('expect.anything()');
  expect(expectedOf(1, 1)).toBe(1);
  expect(literalOf([new Code('x')])).toBe('[x]');
});
