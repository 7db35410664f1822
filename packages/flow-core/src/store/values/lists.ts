/** The lists that a foreach splits: arrays, typed arrays, Sets, Maps, and what else gives its items one after another. */
import { types } from 'node:util';
import type { ArtifactRecord } from '../rows/rows';
import { listLength, typeOf } from './type-of';

/** Splits of one foreach: the coordinator holds a place for each. */
export const MOST_SPLITS = 10_000_000;

/**
 * The items of a list: those of a Map are its entries. Of what only gives its items one after another, one more than
 * {@link MOST_SPLITS} at most. Undefined for what is no list; a text is none.
 */
export function itemsOf(value: unknown): ArrayLike<unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) || types.isTypedArray(value)) return value as ArrayLike<unknown>;
  if (types.isMap(value) || types.isSet(value)) return [...value];
  return isIterable(value) ? taken(value) : undefined;
}

/** Whether equal items of it can be told by their digests: another class may give anything. */
export function hasPlainItems(value: unknown): boolean {
  return Array.isArray(value) || types.isTypedArray(value) || types.isMap(value) || types.isSet(value);
}

/** How many items a list has. Undefined for what is no list. @param decode called only where the type does not say it */
export function itemCount(
  record: ArtifactRecord | undefined,
  decode: (record: ArtifactRecord) => unknown,
): number | undefined {
  if (!record) return undefined;
  return listLength(record.type) ?? (mayHaveItems(record) ? itemsOf(decode(record))?.length : undefined);
}

/** What is no list, for a sentence: `an object`, `a Date`, `a string`, `undefined`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const name = typeOf(value).replace(/\(.*\)$/s, '');
  const kind = name === 'Object' ? 'object' : name;
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function';
}

function taken(list: Iterable<unknown>): unknown[] {
  const items: unknown[] = [];
  for (const item of list) if (items.push(item) > MOST_SPLITS) break;
  return items;
}

/** Whether its type is the name of a class, whose instances may be lists. */
function mayHaveItems({ type, codec }: ArtifactRecord): boolean {
  return codec !== 'file' && !/^(null|undefined|string|number|boolean|bigint|Object|Date|RegExp)$/.test(type);
}
