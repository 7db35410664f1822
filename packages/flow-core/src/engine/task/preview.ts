/** A value on one line, for people. */
import { inspect } from 'node:util';

/** @param width About how many characters are of use: more is not looked at. */
export function previewOf(value: unknown, width: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, width));
  const text = inspect(value, {
    depth: 2,
    getters: 'get',
    maxArrayLength: 5,
    maxStringLength: 40,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
  });
  return text.replace(/\s+/g, ' ').slice(0, width * 4);
}
