/** Runs that count as killed, before files go to which their processes might still refer. */

import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { fromJson } from '../../store/rows/json';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';

/** Of the rows of runs, those that have not ended. */
export const RUNNING = ['"status":"running"'];

/**
 * From now on their processes can write no more. One that was paused while the store's broker was started again holds nothing, and
 * would go on where it was.
 */
export async function endKilled({ kv, holds }: Pick<Store, 'kv' | 'holds'>): Promise<void> {
  for await (const [, value] of scan(kv, { ...prefixRange(keys.allRuns()), having: RUNNING })) {
    const row = value.length > 0 ? fromJson<RunRow>(value) : undefined;
    if (row?.status !== 'running') continue;
    const fence = keys.fence(row.flow, row.run);
    if (!(await kv.get(fence))) await holds.take(fence);
  }
}
