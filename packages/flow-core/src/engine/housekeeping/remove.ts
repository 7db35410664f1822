/**
 * Removes runs: first tombstones, then their records, then the files that nothing else refers to, then the room in the database.
 * Whatever ends it in between, the next one goes on from there.
 */
import { removeDeadImports } from '../../store/imports';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type Swept, sweepBlobs } from './blobs';
import { type Cleared, type ClearOptions, clearRemoved, compactRanges } from './clear';
import { withOutcome } from './outcome';
import { entomb, type Remover } from './tombstones';

export interface Removed extends Pick<Cleared, 'read' | 'unsure' | 'needed' | 'later'> {
  /** `movies/12` */
  runs: string[];
  /** Files of large values. */
  blobs: Swept;
}

export interface RemoveOptions extends Remover, ClearOptions {
  /** Look at everything that nothing needs, not only at these runs and their large values. */
  all?: boolean;
  /** How long a file counts as new. Milliseconds. */
  newMs?: number;
}

export async function removeRuns(
  store: Store,
  rows: readonly RunRow[],
  options: RemoveOptions,
): Promise<Removed> {
  const secrets = new Set(rows.flatMap((row) => row.secrets ?? []));
  if (secrets.size > 0)
    (await import('../secrets/recorded')).refuseFor({ secrets: [...secrets] }, { 'The user': options.by });
  try {
    return await removeAll(store, rows, options);
  } catch (error) {
    throw await withOutcome(store, rows, error);
  }
}

async function removeAll(
  store: Store,
  rows: readonly RunRow[],
  { all = false, newMs, until, progress, ...remover }: RemoveOptions,
): Promise<Removed> {
  const runs = (await entomb(store, rows, remover)).map(({ flow, run }) => `${flow}/${run}`);
  const limits = { ...(until === undefined ? {} : { until }), ...(progress ? { progress } : {}) };
  const { read, unsure, needed, hashes, ranges, later } = await clearRemoved(store, limits);
  if (all) await removeDeadImports(store);
  const only = all ? {} : { only: hashes };
  const isOver = later > 0;
  // What is left of the files and of the room, the next one finds.
  const blobs = isOver
    ? NOTHING_SWEPT
    : await sweepBlobs(store, { ...only, ...(newMs === undefined ? {} : { newMs }) });
  if (!isOver) await compactRanges(store, ranges);
  // What earlier ones left is of interest to who looks at everything.
  const isMeant = (run: string) => all || runs.includes(run);
  return {
    runs,
    read: read.filter(isMeant),
    unsure: unsure.filter(isMeant),
    needed: needed.filter(({ run }) => isMeant(run)),
    blobs,
    later,
  };
}

export const NOTHING_SWEPT: Swept = { files: 0, bytes: 0, young: { files: 0, bytes: 0 } };
