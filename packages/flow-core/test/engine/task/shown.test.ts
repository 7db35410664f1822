/** What people see of instances inside of values. */
import { inspect } from 'node:util';
import { instance } from '../../../src';
import { shown } from '../../../src/engine/task/shown';

class Price {
  constructor(readonly cents: number) {}
}
const price = { ...instance(Price), preview: ({ cents }: Price) => `${cents / 100} €` };

test('what a codec says of an instance is shown in its place, and all else is as it is', () => {
  const value = {
    rows: [{ price: new Price(1999) }, null],
    by: new Map([[new Price(1), { at: [new Price(2)] }]]),
    day: new Date(0),
  };
  expect(
    inspect(shown(value, [price]), { depth: 9, compact: true, breakLength: Number.POSITIVE_INFINITY }),
  ).toBe(
    '{ rows: [ { price: 19.99 € }, null ], by: Map(1) { 0.01 € => { at: [ 0.02 € ] } }, day: 1970-01-01T00:00:00.000Z }',
  );
  const plain = { a: [1, { b: new Map() }], c: Object.create(null) };
  expect(shown(plain, [price])).toBe(plain);
  expect(shown(value, [instance(Price)])).toBe(value);
  const round: { me?: unknown; price: Price } = { price: new Price(5) };
  round.me = round;
  expect(inspect(shown(round, [price]))).toContain('0.05 €');
  const many = new Array(1000).fill(0);
  expect((shown([new Price(7), ...many], [price]) as unknown[]).length).toBe(1001);
});

test('a codec that cannot say it harms nobody', () => {
  const broken = {
    ...price,
    preview: () => {
      throw new Error('no');
    },
  };
  const value = [new Price(1)];
  expect(shown(value, [broken])).toBe(value);
});
