/** What tells decoded values apart that are kept: equal bytes are other values to another codec, and as another type. */
import { hash as digestOf } from 'node:crypto';
import type { ArtifactRecord } from '../rows/rows';

/** Each split asks for that of the same list. */
const known = new WeakMap<ArtifactRecord, string>();

/** Not by its digest: a codec may give one to values that differ. */
export function decodedKey(record: ArtifactRecord): string {
  let key = known.get(record);
  if (key === undefined) {
    const { codec, version, type, hash, bytes, digest } = record;
    const content = hash ?? (bytes ? digestOf('sha256', bytes, 'hex') : digest);
    key = JSON.stringify([codec, version, type, content]);
    known.set(record, key);
  }
  return key;
}
