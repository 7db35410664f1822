/**
 * Removes runs: first tombstones, then their records, then the files that nothing else refers to, then the room in the database.
 * Whatever ends it in between, the next one goes on from there.
 */
import { removeDeadImports } from '../../store/imports';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { type Swept, sweepBlobs } from './blobs';
import { type Cleared, clearRemoved, compactRanges } from './clear';
import { withOutcome } from './outcome';
import { entomb, type Remover } from './tombstones';

export interface Removed extends Pick<Cleared, 'read' | 'unsure' | 'needed'> {
  /** `movies/12` */
  runs: string[];
  /** Files of large values. */
  blobs: Swept;
}

export interface RemoveOptions extends Remover {
  /** Look at everything that nothing needs, not only at these runs and their large values. */
  all?: boolean;
  /** How long a file counts as new. Milliseconds. */
  newMs?: number;
}

export async function removeRuns(
  store: Store,
  rows: readonly RunRow[],
  { all = false, newMs, ...remover }: RemoveOptions,
): Promise<Removed> {
  const secrets = new Set(rows.flatMap((row) => row.secrets ?? []));
  if (secrets.size > 0)
    (await import('../secrets/recorded')).refuseFor({ secrets: [...secrets] }, { 'The user': remover.by });
  try {
    return await removeAll(store, rows, { all, ...(newMs === undefined ? {} : { newMs }), ...remover });
  } catch (error) {
    throw await withOutcome(store, rows, error);
  }
}

async function removeAll(
  store: Store,
  rows: readonly RunRow[],
  { all, newMs, ...remover }: RemoveOptions,
): Promise<Removed> {
  const runs = (await entomb(store, rows, remover)).map(({ flow, run }) => `${flow}/${run}`);
  const { read, unsure, needed, hashes, ranges } = await clearRemoved(store);
  if (all) await removeDeadImports(store);
  const only = all ? {} : { only: hashes };
  const blobs = await sweepBlobs(store, { ...only, ...(newMs === undefined ? {} : { newMs }) });
  await compactRanges(store, ranges);
  // What earlier ones left is of interest to who looks at everything.
  const isMeant = (run: string) => all || runs.includes(run);
  return {
    runs,
    read: read.filter(isMeant),
    unsure: unsure.filter(isMeant),
    needed: needed.filter(({ run }) => isMeant(run)),
    blobs,
  };
}
