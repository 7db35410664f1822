/** What a foreach shares among its splits, by its option `share`. */

import type { ArtifactRecord } from '../../store/rows/rows';
import { isFileRecord } from '../../store/values/file-record';
import type { Decode, View } from './view';

/** Reads what a foreach shares as the same value for all its splits, and all else as the task's own. */
export function sharing({ entries }: View, names: readonly string[], shared: Decode, own: Decode): Decode {
  const records = new Set<ArtifactRecord | undefined>(names.map((name) => entries.get(name)));
  return (record) => (records.has(record) && !isFileRecord(record) ? shared(record) : own(record));
}
