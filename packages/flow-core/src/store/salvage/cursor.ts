/** Reads bytes one after another, and numbers as LevelDB writes them. */

export class Cursor {
  readonly #bytes: Buffer;
  /** The next byte. */
  at: number;
  readonly #end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.at;
  }

  /** @throws RangeError where so many are not there; so do all */
  take(length: number): Buffer {
    if (length > this.left) throw new RangeError('Bytes are missing.');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  /** Of up to six bytes, the lowest first. */
  fixed(length: number): number {
    return this.take(length).readUIntLE(0, length);
  }

  /** Seven bits in each byte, the lowest first. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('No number.');
  }

  /** Bytes with their length before them. */
  piece(): Buffer {
    return this.take(this.varint());
  }
}
