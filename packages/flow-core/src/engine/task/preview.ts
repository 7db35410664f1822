/** A value on one line, for people. */
import { inspect } from 'node:util';
import type { Codecs, EncodedValue } from '../../store/values/artifacts';
import { shown } from './shown';

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

/** Of a value that was read just now: what its codec says of it comes first. @param codecs those of the flow */
export function encodedPreview(encoded: EncodedValue, width: number, codecs?: Codecs): string {
  const said = encoded.preview?.(encoded.value)?.line;
  return said === undefined
    ? previewOf(shown(encoded.value, codecs), width)
    : said.replace(/\s+/g, ' ').slice(0, width * 4);
}
