/** Whether runs go on in a store, also in a damaged one: their processes are asked for, not their rows. */
import { FlowError } from '../../definition/errors';
import type { ImportMark } from '../../store/imports';
import { keys } from '../../store/kv/row-keys';
import { isGone } from '../../store/rows/gone';
import { fromJson } from '../../store/rows/json';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { inspected } from './inspected';
import { readRecord } from './read-record';

/** @param folder of the store. @throws FlowError FLOW_STORE_IN_USE */
export async function requireNoRuns(store: Pick<Store, 'kv' | 'holds'>, folder: string): Promise<void> {
  const imported = await liveImport(store);
  if (imported)
    throw new FlowError(
      'FLOW_STORE_IN_USE',
      `An import of a run of ${imported.flow} by ${imported.by} goes on, and a repair needs the store ${folder} for itself: wait for its end, and do it again. Nothing was changed.`,
    );
  const run = await liveRun(store);
  if (!run) return;
  throw new FlowError(
    'FLOW_STORE_IN_USE',
    `The run ${run.flow}/${run.run} goes on (process ${run.pid} on ${run.host}), and a repair needs the store ${folder} for itself: wait for its end, and do it again. Nothing was changed.`,
  );
}

/** One whose row says that it runs, and whose process lives. Its last row may be what cannot be read. */
export async function liveRun({ kv, holds }: Pick<Store, 'kv' | 'holds'>): Promise<RunRow | undefined> {
  for await (const [, value] of inspected(kv, () => {}, keys.allRuns())) {
    const row = rowOf(value);
    if (row?.status !== 'running') continue;
    const [state] = await holds.states([keys.fence(row.flow, row.run)]);
    if (state === 'held' || (state === 'unsure' && !isGone(row))) return row;
  }
  return undefined;
}

/** One whose process lives, or may be about to come back. Damaged marks are none. */
async function liveImport({ kv, holds }: Pick<Store, 'kv' | 'holds'>): Promise<ImportMark | undefined> {
  for await (const [key, value] of inspected(kv, () => {}, keys.allImporting())) {
    const record = readRecord(key, value);
    if ('message' in record) continue;
    const mark = fromJson<ImportMark>(value) as ImportMark;
    const [state] = await holds.states([keys.fence(mark.flow, mark.run)]);
    if (state !== 'free') return mark;
  }
  return undefined;
}

function rowOf(value: Uint8Array | undefined): RunRow | undefined {
  try {
    return fromJson<RunRow>(value);
  } catch {
    return undefined;
  }
}
