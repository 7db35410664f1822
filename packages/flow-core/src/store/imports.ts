/**
 * Imports under way. Until a run's own row is there, a mark says that the other records under its number are those of an import,
 * which goes on as long as its process has the store open. What one left that has ended is removed.
 */

import { type Kv, type Op, scan } from './kv/kv';
import { keys, prefixRange } from './kv/row-keys';
import { fromJson } from './rows/json';
import type { RemovedRow } from './rows/missing-rows';
import { withTwin } from './rows/twins';
import type { Store } from './store';

export interface ImportMark {
  flow: string;
  run: number;
  /** By which the number was taken: the next import of the same run gets another one when this one was removed. */
  nonce: string;
  /** Who imports. */
  by: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** An import under way: its number, and the fence of all that it writes. */
export interface ImportUnderWay extends ImportMark {
  fence: string;
}

/** Keys that one batch deletes. */
const GROUP = 4096;

/** Records in one page: the broker reads their values, too. */
const PAGE = 128;

/** A text that no value has: a key is all that is asked for. */
const ONLY_KEYS = ['\u0000no value\u0000'];

/** By which an import of a run into a namespace takes its number. */
export const importNonce = ({ id }: { id: string }, namespace: string) => `import/${id}/${namespace}`;

/** Takes a number. The same nonce gets the same one, also of two imports at once. */
export async function beginImport(
  store: Store,
  given: Pick<ImportMark, 'flow' | 'nonce' | 'by'>,
): Promise<ImportUnderWay> {
  const run = await store.claimRun(given.flow, given.nonce);
  const fence = keys.fence(given.flow, run);
  store.holds.pin([fence]);
  const mark: ImportMark = { ...given, run, at: Date.now() };
  await store.commit([{ key: keys.importing(given.flow, run), value: JSON.stringify(mark) }], fence);
  return { ...mark, fence };
}

/** What ends the mark: goes into the batch with the run's own row. */
export function importEnded({ flow, run }: Pick<ImportMark, 'flow' | 'run'>): Op {
  return { key: keys.importing(flow, run), value: undefined };
}

/**
 * Writes the run's own row, with which the import has ended.
 * @throws FlowError FLOW_RUN_TAKEN where another one of the same run has ended, or removed this one
 */
export async function endImport(store: Store, underWay: ImportUnderWay, row: readonly Op[]): Promise<void> {
  const { flow, run, fence } = underWay;
  const mark = keys.importing(flow, run);
  await store.kv.batch([...row, importEnded(underWay)], { sync: true, fence, mark });
}

/** Call when it has ended. */
export function leaveImport({ holds }: Pick<Store, 'holds'>, { fence }: ImportUnderWay): void {
  holds.pin([], [fence]);
}

/** Call in the place of {@link leaveImport} when it has failed: what it wrote is removed. */
export async function abandonImport(store: Store, underWay: ImportUnderWay): Promise<void> {
  leaveImport(store, underWay);
  const { flow, run } = underWay;
  if (await store.kv.get(keys.importing(flow, run))) await removeImport(store, underWay);
}

/** All that are marked, whether their processes live or not. */
export async function importMarks(kv: Pick<Kv, 'range'>): Promise<ImportMark[]> {
  const found: ImportMark[] = [];
  for await (const [, value] of scan(kv, prefixRange(keys.allImporting())))
    found.push(fromJson<ImportMark>(value) as ImportMark);
  return found;
}

/** Removes what imports wrote whose processes are gone. */
export async function removeDeadImports(store: Store): Promise<void> {
  for (const mark of await importMarks(store.kv)) await removeImport(store, mark);
}

/**
 * It may end at any point: the mark goes last. The number is not used again, so that nobody takes what is left for another run.
 * Nothing is removed while a process still imports it, or may come back to it.
 */
async function removeImport(store: Store, { flow, run, nonce, by }: ImportMark): Promise<void> {
  const { kv, holds } = store;
  const hasEnded = async () => (await kv.get(keys.run(flow, run))) !== undefined;
  // From then on, it can write no more.
  if (!(await hasEnded()) && !(await holds.take(keys.fence(flow, run)))) return;
  if (await hasEnded()) return store.commit([importEnded({ flow, run })]);
  let ops: Op[] = [];
  for (const prefix of [keys.artifacts, keys.cards, keys.logs, keys.parts, keys.tasks].map((of) =>
    of(flow, run),
  ))
    for await (const [key] of scan(kv, { ...prefixRange(prefix), having: ONLY_KEYS }, PAGE)) {
      ops.push({ key, value: undefined });
      if (ops.length < GROUP) continue;
      await kv.batch(ops);
      ops = [];
    }
  const nonceKey = keys.nonce(flow, nonce);
  const taken = await kv.get(nonceKey);
  // Another one may have removed it meanwhile, and the next import have taken a number.
  const isOurs = taken !== undefined && Number(Buffer.from(taken).toString('latin1')) === run;
  const tombstone: RemovedRow = { at: Date.now(), by, import: true };
  await store.commit([
    ...ops,
    ...withTwin({ key: keys.code(flow, run), value: undefined }),
    { key: keys.removed(flow, run), value: JSON.stringify(tombstone) },
    ...(isOurs ? [{ key: nonceKey, value: undefined }] : []),
    importEnded({ flow, run }),
  ]);
}
