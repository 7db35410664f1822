/** Texts: how long they may be, and values on one line. */
import { inspect, types } from 'node:util';

/** Characters of one text that are shown. */
const LIMIT = 100_000;

/** The beginning, with a word about the rest where it is longer. A pair of surrogates is not taken apart. */
export function cut(text: string, limit = LIMIT): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${(text.length - end).toLocaleString('en')} more characters)`;
}

/** A value on one line. Never throws, and does not look at all of what is large. */
export function lineOf(value: unknown, limit = 200): string {
  if (typeof value === 'string') return cut(value, limit);
  try {
    if (types.isProxy(value)) return 'a Proxy';
    if (typeof value === 'bigint') return cut(digitsOf(value), limit);
    if (hasMany(value)) return `an object of more than ${NAMES} properties`;
    if (holdsMuch(value))
      return Array.isArray(value) ? 'an array of large values' : 'an object of large values';
    if (typeof value === 'function')
      return cut(
        Function.prototype.toString
          .call(value)
          .slice(0, 5 * limit)
          .replace(/\s+/g, ' '),
        limit,
      );
    if (types.isNativeError(value)) return cut(`${value.name}: ${value.message}`, limit);
    return cut(
      inspect(value, { depth: 1, maxArrayLength: 5, maxStringLength: limit, breakLength: Infinity }),
      limit,
    );
  } catch {
    return 'a value that throws when it is looked at';
  }
}

/** Properties of an object that is shown on one line: all of them are looked at. */
const NAMES = 1_000;

function hasMany(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    return false;
  let names = 0;
  for (const _ in value) if (++names > NAMES) return true;
  return false;
}

/** Whether one of its properties takes long to be written. */
function holdsMuch(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  const names = Array.isArray(value)
    ? Array.from({ length: Math.min(5, value.length) }, (_, i) => String(i))
    : Object.keys(value);
  return names.some((name) => {
    const item: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
    return typeof item === 'bigint' ? isLong(item) : !types.isProxy(item) && hasMany(item);
  });
}

const isLong = (value: bigint) => value >= WHOLE || value <= -WHOLE;

/** To write a whole number takes the square of its digits. */
const WHOLE = 10n ** 1_000n;

/** The digits of a whole number, or how many they are at least. */
export function digitsOf(value: bigint): string {
  return isLong(value) ? 'a whole number of more than 1,000 digits' : String(value);
}

/** A text that an option gave, or nothing where it is none. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return cut(typeof value === 'string' ? value : lineOf(value), 1_000);
}

/** A number that an option gave, or nothing where it is none. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
