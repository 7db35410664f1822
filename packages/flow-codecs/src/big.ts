/** `Big` of big.js. */
import type { InstanceCodec } from '@nx-flow/core';
import { hasOwnMembers, library } from './library';
import { type Config, classTold, told } from './told';

type Bigs = (new (text: string) => object) & Config & (() => Bigs);
type Value = { constructor: Bigs; s: number; c: number[] };

const load = library<{ Big: Bigs }>({ codec: 'big', packages: ['big.js'], from: 6, names: ['Big'] });

/** What a class of numbers is told by its properties, and what all have that nobody told anything. */
const DEFAULTS: Config = { DP: 20, RM: 1, NE: -7, PE: 21, strict: false };

const clones = new Map<string, Bigs>();

/** `Big` of big.js, exactly: all digits, `-0`, and what its class was told, such as `Big.DP`. */
export const big: InstanceCodec<object> = {
  id: 'big',
  version: 1,
  // The prototype is one for all its classes: that of a class that extends it has none of these.
  match: (value) => hasOwnMembers(value, ['toExponential', 'prec', 'sqrt']) && 'NE' in value.constructor,
  take(value) {
    const { constructor: Class } = value as Value;
    return [textOf(value as Value), told(Class, DEFAULTS)];
  },
  make(taken) {
    const [text, config] = taken as [string, Config];
    const { Big } = load();
    const make = () => Object.assign(Big(), DEFAULTS, config);
    return new (classTold(Big, config, DEFAULTS, clones, make))(text);
  },
  preview: (value) => textOf(value as Value),
};

/** Of `-0` it says `0`. */
const textOf = (value: Value): string => (value.c[0] === 0 && value.s < 0 ? '-0' : value.toString());
