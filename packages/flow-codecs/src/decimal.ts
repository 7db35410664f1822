/** `Decimal` of decimal.js. */
import type { InstanceCodec } from '@nx-flow/core';
import { hasOwnMembers, library } from './library';
import { type Config, classTold, told } from './told';

type Decimals = (new (text: string) => object) & Config & { clone(config: Config): Decimals };
type Value = { constructor: Decimals; valueOf(): string };

const load = library<{ Decimal: Decimals }>({
  codec: 'decimal',
  packages: ['decimal.js'],
  from: 10,
  names: ['Decimal'],
});

/** What a class of decimals is told by `Decimal.set()`, and what all have that nobody told anything. */
const DEFAULTS: Config = {
  precision: 20,
  rounding: 4,
  modulo: 1,
  toExpNeg: -7,
  toExpPos: 21,
  minE: -9e15,
  maxE: 9e15,
  crypto: false,
};

/** Classes that were made here, by what they are told. */
const clones = new Map<string, Decimals>();

/**
 * `Decimal` of decimal.js, exactly: all digits, `-0`, `NaN`, infinities, and what its class was told by `Decimal.set()` or
 * `Decimal.clone()`, such as a precision of 50 digits.
 *
 * @example
 * ```ts
 * import { decimal } from '@nx-flow/codecs/decimal';
 * import { flow } from '@nx-flow/core';
 * import { Decimal } from 'decimal.js';
 * const f = flow('prices', { codecs: [decimal] });
 * const start = f.start(() => ({ rows: [{ price: new Decimal('19.99') }, { price: new Decimal('0.01') }] }));
 * const sum = f.step('sum', { after: start }, ({ self }) => ({ sum: Decimal.sum(...self.rows.map((row) => row.price)) }));
 * export default f.end(sum);
 * ```
 */
export const decimal: InstanceCodec<object> = {
  id: 'decimal',
  version: 1,
  // The prototype is one for all its classes: that of a class that extends it has none of these.
  match: (value) => hasOwnMembers(value, ['toSignificantDigits', 'naturalLogarithm']),
  take(value) {
    const { constructor: Class } = value as Value;
    return [(value as Value).valueOf(), told(Class, DEFAULTS)];
  },
  make(taken) {
    const [text, config] = taken as [string, Config];
    const { Decimal } = load();
    return new (classTold(Decimal, config, DEFAULTS, clones, () =>
      Decimal.clone({ ...DEFAULTS, ...config }),
    ))(text);
  },
  preview: String,
};
