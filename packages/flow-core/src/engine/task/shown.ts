/** A value for people: where an instance lies whose codec says what it shows, that takes its place. */
import { types } from 'node:util';
import { type AnyCodec, previewBy } from '../../definition/codec';
import { mayHaveCodec } from '../../store/values/instance';
import { Words } from '../../store/values/printable';

/** How deep is looked, and at how many items of each list: more is not printed. */
const DEPTH = 5;
const ITEMS = 100;

/** @param codecs those of the flow @returns the very same where nothing is to be said */
export function shown(value: unknown, codecs: readonly AnyCodec[] = [], depth = DEPTH): unknown {
  if (typeof value !== 'object' || value === null || depth === 0 || types.isProxy(value)) return value;
  if (!codecs.some(({ preview }) => preview)) return value;
  if (mayHaveCodec(value)) {
    const own = codecs.find((codec) => codec.match(value) === true);
    const said = own && previewBy(own, value);
    if (said) return new Words(said.line);
  }
  const of = (item: unknown) => shown(item, codecs, depth - 1);
  if (Array.isArray(value)) {
    const first = value.slice(0, ITEMS);
    const told = first.map(of);
    return told.some((item, i) => item !== first[i]) ? [...told, ...value.slice(ITEMS)] : value;
  }
  if (types.isMap(value)) {
    const entries = [...value].slice(0, ITEMS);
    const told = entries.map((entry) => entry.map(of) as [unknown, unknown]);
    const isChanged = told.some((entry, i) => entry.some((item, j) => item !== entries[i]?.[j]));
    return isChanged ? new Map([...told, ...[...value].slice(ITEMS)]) : value;
  }
  if (mayHaveCodec(value) || Object.getPrototypeOf(value) === null) return value;
  const entries = Object.entries(value);
  const told = entries.map(([key, item]) => [key, of(item)] as const);
  return told.some(([, item], i) => item !== entries[i]?.[1]) ? Object.fromEntries(told) : value;
}
