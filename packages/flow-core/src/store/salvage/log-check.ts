/**
 * Tells a log that is damaged from one that a crash left. LevelDB takes whatever seems to be longer than the log for a write that did
 * not come to its end, and says nothing.
 */
import { crc32c, masked } from './crc32c';
import { BLOCK, FULL, HEADER, LAST, pieceAt } from './log';

/** How many bytes are damaged. What a crash left unfinished at the end is none. */
export function damagedBytes(log: Buffer): number {
  let damaged = 0;
  for (let block = 0; block < log.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, log.length);
    let passed: number | undefined;
    for (let at = block; at + HEADER < end; ) {
      const piece = pieceAt(log, at, end);
      if (!piece?.whole) {
        passed ??= at;
        at++;
        continue;
      }
      if (passed !== undefined) damaged += at - passed;
      passed = undefined;
      at += HEADER + piece.bytes.length;
    }
    if (passed === undefined) continue;
    const rest = log.subarray(passed);
    // A disk gives zeros for bytes that were never written.
    if (rest.every((byte) => byte === 0)) break;
    if (end < log.length || !isUnfinished(rest)) damaged += end - passed;
  }
  return damaged;
}

/** Whether it is the beginning of a piece. */
function isUnfinished(rest: Buffer): boolean {
  const kind = rest[HEADER - 1] as number;
  if (rest.readUInt16LE(4) <= rest.length - HEADER || kind < FULL || kind > LAST) return false;
  // All of it may be there, and its length be damaged.
  return masked(crc32c(rest, HEADER - 1)) !== rest.readUInt32LE(0);
}
