/** Why `run --reuse` executed what it did not take over: from what it recorded of each task. */
import { compareFingerprints, type Difference } from '../../../source/fingerprint/compare';
import type { RunRow } from '../../../store/rows/rows';
import type { Store } from '../../../store/store';
import { partsOf } from '../../record/code';
import { fullPathspec, labelOf } from '../../task/label';

/** Tasks of one step that were executed for the same reason. */
export interface NotReused {
  step: string;
  /** How many. */
  tasks: number;
  /** The first of them: `movies/13/genre/3`. */
  first: string;
  /** What it was compared with: a task, or a run. Absent where there was nothing to compare with. */
  to?: string;
  what: string[];
  /** Where the code differs: how. */
  code?: Difference[];
}

export async function notReused(store: Store, { flow, run }: RunRow): Promise<NotReused[]> {
  const found = new Map<string, NotReused>();
  for await (const row of store.tasks(flow, run)) {
    if (row.origin !== undefined) continue;
    const { to, what } = row.unlike ?? { to: undefined, what: [] };
    const key = JSON.stringify([row.step, what]);
    const known = found.get(key);
    if (known) known.tasks++;
    else {
      const nearest = to === undefined ? {} : { to: `${flow}/${to}` };
      const first = fullPathspec(flow, run, labelOf(row));
      found.set(key, { step: row.step, tasks: 1, first, ...nearest, what });
    }
  }
  const now = await store.code(flow, run);
  for (const one of found.values()) {
    const before = /^[^/]+\/(\d+)$/.exec(one.to ?? '')?.[1];
    if (!now || before === undefined || !one.what.includes('the code')) continue;
    const then = await store.code(flow, Number(before));
    if (then && then.format === now.format)
      one.code = compareFingerprints({ parts: partsOf(then, one.step) }, { parts: partsOf(now, one.step) });
  }
  return [...found.values()];
}
