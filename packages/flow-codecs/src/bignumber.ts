/** `BigNumber` of bignumber.js. */
import type { InstanceCodec } from '@nx-flow/core';
import { hasOwnMembers, library } from './library';
import { type Config, classTold, told } from './told';

type BigNumbers = (new (
  text: string,
) => object) & {
  config(): Config;
  clone(config: Config): BigNumbers;
};
type Value = { constructor: BigNumbers; valueOf(): string };

const load = library<{ BigNumber: BigNumbers }>({
  codec: 'bignumber',
  packages: ['bignumber.js'],
  from: 9,
  names: ['BigNumber'],
});

/** Classes that were made here, by what they are told. */
const clones = new Map<string, BigNumbers>();

/** `BigNumber` of bignumber.js, exactly: all digits, `-0`, `NaN`, infinities, and what its class was told by `config()`. */
export const bignumber: InstanceCodec<object> = {
  id: 'bignumber',
  version: 1,
  match: (value) =>
    hasOwnMembers(value, ['_isBigNumber']) && (value as { _isBigNumber?: unknown })._isBigNumber === true,
  take(value) {
    const { constructor: Class } = value as Value;
    return [(value as Value).valueOf(), told(Class.config(), defaultsOf(Class))];
  },
  make(taken) {
    const [text, config] = taken as [string, Config];
    const { BigNumber } = load();
    const make = () => BigNumber.clone(config);
    return new (classTold(BigNumber, config, defaultsOf(BigNumber), clones, make, BigNumber.config()))(text);
  },
  preview: String,
};

const defaults = new WeakMap<BigNumbers, Config>();

/** What a class is told that nobody told anything: it differs by version. */
function defaultsOf(Class: BigNumbers): Config {
  const known = defaults.get(Class) ?? Class.clone({}).config();
  defaults.set(Class, known);
  return known;
}
