/**
 * Room on a disk that is so full that not even a tombstone can be written: files of large values to which nothing refers, and nobody
 * can come back. Where nothing can be written, no broker knows who stores what: the rows of runs and the marks of imports do.
 */

import { importMarks } from '../../store/imports';
import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { isGone } from '../../store/rows/gone';
import { fromJson } from '../../store/rows/json';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type Swept, sweepBlobs } from './blobs';
import { RUNNING } from './killed';

/** A run stores its parameters before its row is written. Milliseconds. */
const BEFORE_ROW_MS = 60 * 60 * 1000;

/** Writes nothing. */
export async function firstRoom(store: Store, options: { newMs?: number }): Promise<Swept> {
  return sweepBlobs(store, { ...options, unwritten: await oldestStorer(store) });
}

/** Since when a run or an import may have stored what it has not recorded yet, and may go on. Milliseconds since 1970. */
async function oldestStorer({ kv }: Store): Promise<number> {
  const since = (await importMarks(kv)).map(({ at }) => at);
  for await (const [, value] of scan(kv, { ...prefixRange(keys.allRuns()), having: RUNNING })) {
    const row = value.length > 0 ? fromJson<RunRow>(value) : undefined;
    if (row?.status === 'running' && !isGone(row)) since.push(row.startedAt - BEFORE_ROW_MS);
  }
  return Math.min(Number.POSITIVE_INFINITY, ...since);
}
