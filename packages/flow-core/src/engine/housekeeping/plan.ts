/** Which runs of a store would go by a policy: reads, and changes nothing. */
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { readRuns, surelyRead } from './in-use';
import { beyond, type Judged, judge, MAY_BE_READ, READ } from './kept';
import { type Policy, parseSize, removes } from './policy';
import { Shares, usageOfRuns } from './usage';

export interface PlanOptions {
  policy: Policy;
  /** Only runs of this namespace may go; undefined means all. */
  namespace: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

/** Every run of the store, newest first in each flow. */
export async function planRemoval(store: Store, { policy, namespace, now }: PlanOptions): Promise<Judged[]> {
  if (!removes(policy)) return [];
  const judged: Judged[] = [];
  for await (const flow of store.flows()) {
    const rows: RunRow[] = [];
    for await (const page of store.pagesOfTagged(flow)) rows.push(...page);
    const read = await readRuns(store, rows);
    for (const one of judge(rows, { policy, namespace, now, inUse: (row) => read.has(row) })) {
      const isUnsure = one.kept === READ && !(await surelyRead(store, one.row));
      judged.push(isUnsure ? { ...one, kept: MAY_BE_READ } : one);
    }
  }
  const { maxSize } = policy;
  return maxSize === undefined ? judged : await within(store, judged, maxSize);
}

/** The same, and the oldest go until the others take no more than a size. */
async function within(store: Store, judged: Judged[], maxSize: string): Promise<Judged[]> {
  const shares = new Shares(await usageOfRuns(store));
  for (const { row, kept } of judged) if (kept === undefined) shares.take(row.flow, row.run);
  const gone = new Set(
    beyond(judged, shares.total, parseSize(maxSize) as number, ({ flow, run }) => shares.take(flow, run)),
  );
  return judged.map((one) =>
    gone.has(one) ? { row: one.row, goes: `runs take more than ${maxSize}` } : one,
  );
}
