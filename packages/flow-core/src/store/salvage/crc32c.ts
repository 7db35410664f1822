/** The checksum of LevelDB's blocks and log records: CRC-32C, which zlib has not. */

let table: Uint32Array | undefined;

/** Over the bytes from `from` to `to`. @param before the checksum of what stands before */
export function crc32c(bytes: Buffer, from = 0, to = bytes.length, before = 0): number {
  table ??= makeTable();
  let crc = ~before;
  for (let at = from; at < to; at++)
    crc = (table[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** As it is stored: a checksum over bytes that hold checksums would be a weak one. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0x82f63b78 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}
