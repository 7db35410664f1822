/** Whether all records of a run are there that it had when it ended. */

import { type Entry, type Kv, pages, scan } from '../kv/kv';
import { keys, prefixRange } from '../kv/row-keys';
import { isWhole, type RecordKind, requireWhole, Tally } from './contents';
import { fromJson } from './json';
import type { RemovedRow } from './missing-rows';
import { runRemoved } from './removed';
import type { RunRow, TaskRow } from './rows';

export interface Runs {
  kv: Kv;
  run(flow: string, run: number): Promise<RunRow | undefined>;
  removed(flow: string, run: number): Promise<RemovedRow | undefined>;
}

/** @param tally of all records in the range, which are those of one kind. @throws FlowError FLOW_STORE_CORRUPT, FLOW_RUN_REMOVED */
export async function requireWholeRun(
  store: Runs,
  kind: RecordKind,
  { flow, run, step }: { flow: string; run: number; step: string | undefined },
  range: { gte: string; lt: string },
  tally: Tally,
): Promise<void> {
  const row = await store.run(flow, run);
  const removed = row ? undefined : await store.removed(flow, run);
  if (removed) throw runRemoved(flow, run, removed);
  const { contents } = row ?? {};
  if (!contents || isWhole(kind, contents, tally, step)) return;
  // The run may have ended while they were read.
  const again = new Tally();
  for await (const entry of scan(store.kv, range))
    if (kind !== 'task' || fromJson<TaskRow>(entry[1])?.status !== 'running') again.add(...entry);
  requireWhole(`${flow}/${run}`, kind, contents, again, step);
}

/**
 * The first tasks of a step of an ended run, as they are recorded. All of its rows are counted.
 * @throws FlowError FLOW_STORE_CORRUPT, FLOW_RUN_REMOVED
 */
export async function firstTasks(store: Runs, flow: string, run: number, step: string): Promise<Entry[]> {
  const range = prefixRange(keys.tasks(flow, run, step));
  const tally = new Tally();
  let first: Entry[] | undefined;
  for await (const entries of pages(store.kv, range)) {
    for (const entry of entries) tally.add(...entry);
    first ??= entries;
  }
  await requireWholeRun(store, 'task', { flow, run, step }, range, tally);
  return first ?? [];
}
