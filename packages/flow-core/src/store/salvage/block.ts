/** The records in a block of a table. */
import { Cursor } from './cursor';
import { type Version, versionOf } from './version';

/** Bytes behind a key: what was done, and the sequence. */
const TRAILER = 8;

/**
 * Yields the records in their order. In a damaged block it goes on behind what cannot be read, at the next place where a whole
 * key stands; what it yields then may be anything.
 */
export function* blockVersions(block: Buffer): Generator<Version, void, undefined> {
  for (const [key, value] of blockEntries(block)) {
    const end = key.length - TRAILER;
    if (end < 0) continue;
    try {
      yield versionOf(key.subarray(0, end), key.subarray(end), value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

/** The keys as LevelDB has them, with their values. */
export function* blockEntries(block: Buffer): Generator<[key: Buffer, value: Buffer], void, undefined> {
  const { end, restarts } = partsOf(block);
  let from = new Cursor(block, 0, end);
  let before: Buffer = Buffer.alloc(0);
  while (from.left > 0) {
    let entry: [Buffer, Buffer] | undefined;
    try {
      const [shared, own, length] = [from.varint(), from.varint(), from.varint()];
      if (shared > before.length) throw new RangeError('A part of no key.');
      before = Buffer.concat([before.subarray(0, shared), from.take(own)]);
      entry = [before, from.take(length)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { at } = from;
      const next = restarts.find((place) => place > at);
      if (next === undefined) return;
      from = new Cursor(block, next, end);
      before = Buffer.alloc(0);
    }
    if (entry) yield entry;
  }
}

/** Where the records end, and the places where a key stands whole. */
function partsOf(block: Buffer): { end: number; restarts: number[] } {
  const none = { end: block.length, restarts: [] };
  if (block.length < 4) return none;
  const count = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - 4 * count;
  if (end < 0) return none;
  const restarts = Array.from({ length: count }, (_, i) => block.readUInt32LE(end + 4 * i));
  return { end, restarts };
}
