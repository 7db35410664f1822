/** Unpacks what Snappy has packed, which is how LevelDB writes its blocks. */
import { Cursor } from './cursor';

/** More than that is no length of a block. Bytes. */
const LARGEST = 256 * 1024 * 1024;

/** The bytes as far as they can be unpacked: of damaged ones, those before the first place that makes no sense. */
export function unpacked(bytes: Buffer): Buffer {
  const from = new Cursor(bytes);
  let to = Buffer.alloc(0);
  let at = 0;
  try {
    const length = from.varint();
    if (length > LARGEST) return to;
    to = Buffer.alloc(length);
    while (from.left > 0) at = unpackOne(from, to, at);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return to.subarray(0, at);
}

/** Unpacks bytes as they are, or a copy of earlier ones. Returns the place behind them. */
function unpackOne(from: Cursor, to: Buffer, at: number): number {
  const tag = from.byte();
  const kind = tag & 3;
  if (kind === 0) {
    const short = tag >>> 2;
    const length = (short < 60 ? short : from.fixed(short - 59)) + 1;
    requireRoom(to, at, length);
    to.set(from.take(length), at);
    return at + length;
  }
  const length = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
  const distance = kind === 1 ? ((tag >>> 5) << 8) + from.byte() : from.fixed(kind === 2 ? 2 : 4);
  if (distance === 0 || distance > at) throw new RangeError('A copy of nothing.');
  requireRoom(to, at, length);
  // One by one: a copy may reach into itself.
  for (let end = at + length; at < end; at++) to[at] = to[at - distance] as number;
  return at;
}

function requireRoom(to: Buffer, at: number, length: number): void {
  if (at + length > to.length) throw new RangeError('More than there should be.');
}
