/** Decimals: every digit comes back, and what their class was told. */
import BigNumber from 'bignumber.js';
import { Decimal } from 'decimal.js';
import { big } from '../src/big';
import { bignumber } from '../src/bignumber';
import { decimal } from '../src/decimal';
import { refusal, roundTrip } from './helpers/round-trip';

const { Big } = require('big.js');

const TEXTS = [
  '0',
  '-0',
  '19.99',
  '-1e-400',
  '3.14159265358979323846264338327950288419716939937510582',
  '1e1000',
];
const WITHOUT_NUMBER = ['NaN', 'Infinity', '-Infinity'];

test.each([...TEXTS, ...WITHOUT_NUMBER])('decimal.js: %s', async (text) => {
  const value = new Decimal(text);
  const back = await roundTrip(decimal, value);
  expect(back).toBeInstanceOf(Decimal);
  expect(back.constructor).toBe(Decimal);
  expect([back.s, back.e, back.d]).toEqual([value.s, value.e, value.d]);
});

test.each([...TEXTS, ...WITHOUT_NUMBER])('bignumber.js: %s', async (text) => {
  const value = new BigNumber(text);
  const back = await roundTrip(bignumber, value);
  expect(back).toBeInstanceOf(BigNumber);
  expect([back.s, back.e, back.c]).toEqual([value.s, value.e, value.c]);
});

test.each(TEXTS)('big.js: %s', async (text) => {
  const value = new Big(text);
  const back = await roundTrip(big, value);
  expect(back).toBeInstanceOf(Big);
  expect([back.s, back.e, back.c]).toEqual([value.s, value.e, value.c]);
});

test('what a class was told comes back with its numbers', async () => {
  const Fifty = Decimal.clone({ precision: 50, rounding: 1 });
  const third = (await roundTrip(decimal, new Fifty(1))).div(3);
  expect(third.toString()).toBe(`0.${'3'.repeat(50)}`);
  expect((await roundTrip(decimal, new Fifty(2))).constructor).toBe(third.constructor);

  const Places = BigNumber.clone({ DECIMAL_PLACES: 30, FORMAT: { groupSeparator: ' ' } });
  const back = await roundTrip(bignumber, new Places(1000));
  expect(back.div(3).toString()).toBe(`333.${'3'.repeat(30)}`);
  expect(back.toFormat()).toBe(new Places(1000).toFormat());

  const Strict = Big();
  Object.assign(Strict, { DP: 30, strict: true });
  const strict = await roundTrip(big, new Strict('1'));
  expect(strict.div('3').toString()).toBe(`0.${'3'.repeat(30)}`);
  expect(() => strict.plus(1)).toThrow();
});

test('what Decimal.set() tells the class of the flow is told the one that reads, and the numbers are its own', async () => {
  Decimal.set({ precision: 33 });
  try {
    expect((await roundTrip(decimal, new Decimal(1))).constructor).toBe(Decimal);
  } finally {
    Decimal.set({ defaults: true });
  }
});

test('a class that extends one is no such number, nor is what only looks like one', async () => {
  class Money extends Decimal {}
  class Bigger extends (Big as new (text: string) => object) {}
  expect(await refusal(decimal, new Money(1))).toContain('is a Money, a class that no codec stores: say how');
  for (const codec of [decimal, big, bignumber])
    for (const value of [undefined, null, 1, 'a', {}, [], Object.create(null), new Date(0), new Bigger('1')])
      expect([codec.id, codec.match(value)]).toEqual([codec.id, false]);
  expect(decimal.match(new Money(1))).toBe(false);
  expect([decimal, big, bignumber].map((codec) => codec.match(new Big(1)))).toEqual([false, true, false]);
  expect([decimal, big, bignumber].map((codec) => codec.match(new Decimal(1)))).toEqual([true, false, false]);
  expect([decimal, big, bignumber].map((codec) => codec.match(new BigNumber(1)))).toEqual([
    false,
    false,
    true,
  ]);
});
