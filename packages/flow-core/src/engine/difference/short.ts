/** A value on one short line, whatever it is. */
import { types } from 'node:util';
import type { Codecs } from '../../store/values/artifacts';
import { typeOf } from '../../store/values/type-of';
import { previewOf } from '../task/preview';
import { shown } from '../task/shown';

/** An object with more properties is not printed: that would take as long as it has properties. */
const MANY = 50;

export function short(value: unknown, width: number, codecs: Codecs): string {
  if (typeof value === 'string') return quoted(value, 0, width);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (types.isNativeError(value)) return cut(`${value.name}: ${value.message}`, width);
  if (typeof value === 'object' && value !== null && isLarge(value)) return typeOf(value);
  const text = cut(previewOf(shown(value, codecs), width), width);
  return text === '' ? typeOf(value) : text;
}

/** A part of a text, from some place on, in quotes. */
export function quoted(text: string, from: number, width: number): string {
  const part = text.slice(from, from + width);
  const quotes = JSON.stringify(part);
  return `${from > 0 ? '…' : ''}${quotes}${from + part.length < text.length ? '…' : ''}`;
}

export function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function isLarge(value: object): boolean {
  if (Array.isArray(value) || ArrayBuffer.isView(value) || types.isMap(value) || types.isSet(value))
    return false;
  let properties = 0;
  for (const _ in value) if (++properties > MANY) return true;
  return false;
}
