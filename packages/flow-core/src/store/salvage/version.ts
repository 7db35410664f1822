/** One version of a record, as a file of LevelDB has it: of a key that was written again, there may be several. */

export interface Version {
  key: string;
  /** Larger in what was written later. */
  sequence: number;
  /** With its checksum. Undefined where the key was removed. */
  value: Uint8Array | undefined;
}

/** By key, the newest first. */
export function inOrder(a: Version, b: Version): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : b.sequence - a.sequence;
}

/** LevelDB's words for what was done. */
export const [REMOVED, WRITTEN] = [0, 1];

/**
 * @param trailer what was done, and the sequence: eight bytes, the lowest first
 * @throws RangeError where it is none
 */
export function versionOf(key: Buffer, trailer: Buffer, value: Buffer): Version {
  const done = trailer[0];
  const sequence = trailer.readUIntLE(1, 6);
  if (done !== WRITTEN && done !== REMOVED) throw new RangeError('No record.');
  // A removal has no value: one that has some was none.
  const removed = done === REMOVED && value.length === 0;
  return { key: key.toString('latin1'), sequence, value: removed ? undefined : value };
}
