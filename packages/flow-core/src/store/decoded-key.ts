/** What tells decoded values apart that are kept: equal bytes are other values to another codec, and as another type. */
import { hash as digestOf } from 'node:crypto';
import type { ArtifactRecord } from './rows';

/** Not by its digest: a codec may give one to values that differ. */
export function decodedKey({ codec, version, type, hash, bytes, digest }: ArtifactRecord): string {
  const content = hash ?? (bytes ? digestOf('sha256', bytes, 'hex') : digest);
  return JSON.stringify([codec, version, type, content]);
}
