/** Makes LevelDB give back the room of what was deleted. */
import type { KeyRange, Op } from '../kv/kv';

/** How often to merge all tables of a range. */
const MERGES = 2;

interface Mergeable {
  batch(ops: readonly Op[]): Promise<void>;
  merge(from: string, to: string): Promise<void>;
}

/**
 * LevelDB drops what was deleted where it merges a table with one of another level. One write at each end of the range makes a
 * table that all others of the range are merged with: the first time those of its newest records, then all.
 */
export async function mergeTables({ gte, lt }: KeyRange, { batch, merge }: Mergeable): Promise<void> {
  for (let round = 0; round < MERGES; round++) {
    // No record has such a key.
    await batch([gte, lt].map((key) => ({ key: `${key}\0`, value: undefined })));
    await merge(gte, `${lt}\0`);
  }
}
