/** A log: a file of LevelDB with batches in the order in which they were written. */
import { readFileSync } from 'node:fs';
import { crc32c, masked } from './crc32c';
import { Cursor } from './cursor';
import { REMOVED, type Version, versionOf, WRITTEN } from './version';

/** Bytes of a block, and of what stands before each piece: checksum, length, and which piece of a batch it is. */
export const BLOCK = 32 * 1024;
export const HEADER = 7;

export const [FULL, FIRST, LAST] = [1, 2, 4];

export interface Piece {
  kind: number;
  bytes: Buffer;
  /** Its checksum is right. */
  whole: boolean;
}

/** Yields all that can be read. What comes from damaged places may be anything; a batch that was cut off at the end never was. */
export function* logVersions(path: string): Generator<Version, void, undefined> {
  for (const batch of batches(readFileSync(path))) yield* batchVersions(batch);
}

/** @param whole leave out pieces whose checksum is wrong */
export function* batches(log: Buffer, whole = false): Generator<Buffer, void, undefined> {
  let pieces: Buffer[] = [];
  for (const { kind, bytes, whole: isWhole } of piecesOf(log)) {
    if (whole && !isWhole) continue;
    // What began and did not end is damaged.
    if ((kind === FULL || kind === FIRST) && pieces.length > 0) yield Buffer.concat(pieces.splice(0));
    pieces.push(bytes);
    if (kind === FULL || kind === LAST) {
      yield Buffer.concat(pieces);
      pieces = [];
    }
  }
}

function* piecesOf(log: Buffer): Generator<Piece, void, undefined> {
  for (let block = 0; block < log.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, log.length);
    for (let at = block; at + HEADER < end; ) {
      const piece = pieceAt(log, at, end);
      if (piece) yield piece;
      if (piece?.whole) at += HEADER + piece.bytes.length;
      // What is damaged may be its length: go on with the next that is whole.
      else
        do at++;
        while (at + HEADER < end && !pieceAt(log, at, end)?.whole);
    }
  }
}

export function pieceAt(log: Buffer, at: number, end: number): Piece | undefined {
  const header = new Cursor(log, at, end);
  const [crc, length, kind] = [header.fixed(4), header.fixed(2), header.byte()];
  if (kind < FULL || kind > LAST || length > header.left) return undefined;
  const whole = masked(crc32c(log, header.at - 1, header.at + length)) === crc;
  return { kind, bytes: header.take(length), whole };
}

function* batchVersions(batch: Buffer): Generator<Version, void, undefined> {
  const from = new Cursor(batch);
  try {
    let sequence = from.fixed(6);
    from.take(2 + 4);
    for (; from.left > 0; sequence++) {
      const done = from.byte();
      if (done !== WRITTEN && done !== REMOVED) return;
      const key = from.piece();
      const trailer = Buffer.alloc(8);
      trailer[0] = done;
      trailer.writeUIntLE(sequence, 1, 6);
      yield versionOf(key, trailer, done === WRITTEN ? from.piece() : Buffer.alloc(0));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}
