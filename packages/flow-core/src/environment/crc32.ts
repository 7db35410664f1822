/** The checksum CRC-32, by Node where it has it (20.15, 22.2), by a table of our own elsewhere. */

type Crc32 = (data: string | Uint8Array, before?: number) => number;

let fast: Crc32 | undefined;

/** @param before the checksum of what stands before: one of two parts is that of the whole */
export const crc32: Crc32 = (data, before = 0) => {
  // To zlib, no bytes without an address are a question for its initial value.
  if (data.length === 0) return before;
  // Loaded here: it takes milliseconds, and most spins need no checksum.
  fast ??= (require('node:zlib') as { crc32?: Crc32 }).crc32 ?? byTable;
  return fast(data, before);
};

let table: Uint32Array | undefined;

export function byTable(data: string | Uint8Array, before = 0): number {
  table ??= makeTable();
  let crc = ~before;
  for (const byte of typeof data === 'string' ? Buffer.from(data) : data)
    crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}
