/** Compares two lists row by row. */

import type { FieldDifference, ListDifference } from '../task/difference';
import { type Aligned, align } from './align';
import type { Found } from './found';
import { Numbers } from './numbers';
import { rising } from './rising';
import { isBare, isRow, type Row, rowKey } from './row-key';
import { isSurelySame } from './same';

/** What compares what lies in a list. */
export interface Inside {
  values(before: unknown, after: unknown): void;
  entries(before: Row, after: Row, differs: (name: string) => void): void;
  added(value: unknown): void;
  removed(value: unknown): void;
}

interface Pairs {
  key?: string;
  pairs: Aligned[];
  moved: number;
}

export function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  found: Found,
  inside: Inside,
): void {
  const spend = (work: number) => found.spend(work);
  const { key, pairs, moved } = byKey(before, after, spend) ?? {
    pairs: align(before, after, spend),
    moved: 0,
  };
  const rows = { changed: 0, added: 0, removed: 0 };
  const fields = new Map<string, { rows: number; numbers: Numbers }>();
  const numbers = new Numbers();
  const told = found.tell(
    (path): ListDifference => ({
      ...{ kind: 'list', path, ...(key === undefined ? {} : { key }) },
      ...{ before: before.length, after: after.length, ...rows, moved, fields: [] },
    }),
  );
  const already = found.total;
  const compare = (i: number, j: number) => {
    const [old, now] = [before[i], after[j]];
    if (i < 0) {
      rows.added++;
      return inside.added(now);
    }
    if (j < 0) {
      rows.removed++;
      return inside.removed(old);
    }
    if (isSurelySame(old, now)) return;
    const total = found.total;
    if (isRow(old) && isRow(now) && isBare(old) === isBare(now))
      inside.entries(old, now, (name) => {
        const field = fields.get(name) ?? { rows: 0, numbers: new Numbers() };
        field.rows++;
        field.numbers.add(old[name], now[name]);
        fields.set(name, field);
      });
    else inside.values(old, now);
    if (found.total === total) return;
    rows.changed++;
    numbers.add(old, now);
  };
  for (const [i, j] of pairs) {
    if (!found.spend(ROW)) break;
    const part =
      key === undefined
        ? j < 0
          ? i
          : j
        : { by: key, is: String(((j < 0 ? before[i] : after[j]) as Row)[key]) };
    found.path.within(part, () => compare(i, j));
  }
  if (moved > 0) found.count('changed');
  if (!told) return;
  const all = numbers.result();
  if (found.total === already) found.untell(told);
  else Object.assign(told, rows, { fields: fieldsOf(fields) }, all && { numbers: all });
}

function fieldsOf(fields: ReadonlyMap<string, { rows: number; numbers: Numbers }>): FieldDifference[] {
  const all = [...fields].map(([name, { rows, numbers }]): FieldDifference => {
    const differing = numbers.result();
    return { name, rows, ...(differing ? { numbers: differing } : {}) };
  });
  return all.sort((one, other) => other.rows - one.rows).slice(0, FIELDS);
}

/** How much work it is to look at a row that is the same. */
const ROW = 4;

/** How many fields are told. */
const FIELDS = 20;

/** Rows that have a field in common by which they are known. */
function byKey(
  before: readonly unknown[],
  after: readonly unknown[],
  spend: (work: number) => boolean,
): Pairs | undefined {
  const key = rowKey(before, after, spend);
  if (!key) return undefined;
  const common: number[] = [];
  const pairs: Aligned[] = [];
  for (const [is, old] of key.before) if (!key.after.has(is)) pairs.push([old, -1]);
  for (const [is, now] of key.after) {
    const old = key.before.get(is) ?? -1;
    pairs.push([old, now]);
    if (old >= 0) common.push(old);
  }
  return { key: key.name, pairs, moved: common.length - rising(common).length };
}
