/** Finds the field that tells the rows of two lists from one another, such as `id`. */
import { isPlain } from '../../store/values/builtin-class';

export type Row = Record<string, unknown>;

export interface RowKey {
  name: string;
  /** The place of each row, by its key. */
  before: Map<unknown, number>;
  after: Map<unknown, number>;
}

/** Rows that are looked at before a field is looked at in all of them, and the fields that are. */
const SAMPLE = 100;
const FIELDS = 30;

/** What such fields are called. The others are tried, too. */
const ID =
  /^_?(id|key|uuid|guid|slug|code|sku|isbn|email|url|name|title)$|[a-z](Id|ID|Key|Code)$|_(id|key|code)$/i;

export function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || isPlain(prototype);
}

/** Whether it has no prototype: then it is another kind of object. */
export const isBare = (row: object): boolean => Object.getPrototypeOf(row) === null;

/** A field that every row has, which is another in each, and by which most rows of the shorter list are found in the other. */
export function rowKey(
  before: readonly unknown[],
  after: readonly unknown[],
  spend: (work: number) => boolean,
): RowKey | undefined {
  const [first] = before;
  if (!isRow(first) || after.length === 0) return undefined;
  const names = Object.keys(first).slice(0, FIELDS);
  const likely = names.filter((name) => ID.test(name));
  for (const name of [...likely, ...names.filter((other) => !likely.includes(other))]) {
    if (!places(before.slice(0, SAMPLE), name) || !places(after.slice(0, SAMPLE), name)) continue;
    if (!spend((before.length + after.length) / 2)) return undefined;
    const [old, now] = [places(before, name), places(after, name)];
    if (old && now && commonIn(old, now) * 2 >= Math.min(old.size, now.size))
      return { name, before: old, after: now };
  }
  return undefined;
}

function places(rows: readonly unknown[], name: string): Map<unknown, number> | undefined {
  const found = new Map<unknown, number>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    if (!isRow(row) || !Object.hasOwn(row, name)) return undefined;
    const key = row[name];
    if (!canBeKey(key) || found.has(key)) return undefined;
    found.set(key, at);
  }
  return found;
}

/** What is measured is no key, though it may be another in each row. */
function canBeKey(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value);
}

function commonIn(before: ReadonlyMap<unknown, number>, after: ReadonlyMap<unknown, number>): number {
  let common = 0;
  for (const key of after.keys()) if (before.has(key)) common++;
  return common;
}
