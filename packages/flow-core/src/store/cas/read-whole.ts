/** Reads a file of the store, and verifies it. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Small enough that hashing and reading overlap in the cache of a processor. */
const CHUNK = 4 * 1024 * 1024;

/** A process keeps so much memory for what passes, at most. Bytes. */
const KEPT = 16 * 1024 * 1024;

let kept: Uint8Array | undefined;

/**
 * Returns undefined when the bytes do not match the hash.
 * @param hash absent where they are known to
 * @param passing they are used before the next file is read, and nobody keeps them
 */
export function readWhole(
  path: string,
  { hash, passing }: { hash?: string; passing: boolean },
): Uint8Array | undefined {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const bytes = passing && size <= KEPT ? passingMemory(size) : new Uint8Array(size);
    const check = hash === undefined ? undefined : createHash('sha256');
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(fd, bytes, at, Math.min(CHUNK, bytes.length - at), at);
      if (read === 0) return undefined;
      check?.update(bytes.subarray(at, at + read));
      at += read;
    }
    return check === undefined || check.digest('hex') === hash ? bytes : undefined;
  } finally {
    closeSync(fd);
  }
}

/** New memory for each file takes a tenth of the time of decoding it. */
function passingMemory(size: number): Uint8Array {
  if (kept === undefined || kept.length < size) kept = Buffer.allocUnsafeSlow(size);
  return kept.subarray(0, size);
}
