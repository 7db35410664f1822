/** Reads values of the CAS piece by piece. Only one piece is in memory, whatever their size. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Cas, changed, unreadable } from '../../store/cas/cas';

/** Large enough that the cost of a system call is negligible. */
export const PIECE = 1024 * 1024;

export interface Pieces {
  size: number;
  /** Verified at the end. A piece is valid until the next one. @throws FlowError FLOW_STORE_CORRUPT */
  pieces: AsyncGenerator<Uint8Array, void, undefined>;
}

/** @throws FlowError FLOW_STORE_CORRUPT */
export async function openValue(cas: Cas, hash: string): Promise<Pieces> {
  if (!cas.path) {
    const bytes = cas.read(hash);
    return { size: bytes.length, pieces: whole(bytes) };
  }
  // What is in the blobs comes here first.
  const path = cas.has(hash) ? cas.path(hash) : cas.file(hash);
  try {
    const { size } = await stat(path);
    return { size, pieces: verified(path, hash, size) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function* verified(
  path: string,
  hash: string,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const check = createHash('sha256');
  let left = size;
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    for await (const piece of piecesOf(file, size)) {
      check.update(piece);
      left -= piece.length;
      yield piece;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
  if (left !== 0 || check.digest('hex') !== hash) throw changed(path);
}

/** Reads a file from its current position into one reused buffer. @param most the most bytes to read */
export async function* piecesOf(
  file: FileHandle,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void, undefined> {
  const memory = Buffer.allocUnsafe(PIECE);
  for (let left = most; left > 0; ) {
    const { bytesRead } = await file.read(memory, 0, Math.min(PIECE, left));
    if (bytesRead === 0) return;
    left -= bytesRead;
    yield memory.subarray(0, bytesRead);
  }
}
