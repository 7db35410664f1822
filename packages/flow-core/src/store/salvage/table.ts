/** A table: a file of LevelDB that never changes, with records in blocks. Only one block of it is in memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { blockEntries, blockVersions } from './block';
import { crc32c, masked } from './crc32c';
import { Cursor } from './cursor';
import { unpacked } from './snappy';
import type { Version } from './version';

/** Bytes at a table's end: where its index is, and eight bytes that every table has. */
const FOOTER = 48;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');

/** Bytes behind a block: how it is packed, and a checksum. */
const TRAILER = 5;
const PACKED = 1;

/** Bytes of the longest block that is looked for where the index is lost. Most have 4 KB, those of a large value more. */
const LONGEST = 1024 * 1024;

/** Where a block is. */
export interface Handle {
  at: number;
  size: number;
}

export interface Block {
  bytes: Buffer;
  /** Its checksum is right. */
  whole: boolean;
}

export class Table {
  readonly #path: string;
  readonly #handles: Handle[];
  /** The blocks that are damaged, by their numbers. */
  readonly #damaged = new Set<number>();

  /** @throws what the file system does */
  constructor(path: string) {
    this.#path = path;
    this.#handles = withFile(path, handlesOf);
  }

  /** Looks at each block, once, and yields what damaged ones still have, in no order. */
  *damaged(): Generator<Version, void, undefined> {
    for (const [i, handle] of this.#handles.entries()) {
      const block = this.#read(handle);
      if (block?.whole) continue;
      this.#damaged.add(i);
      if (block) yield* blockVersions(block.bytes);
    }
  }

  /** The records of the other blocks, in their order. Call {@link damaged} before. */
  *whole(): Generator<Version, void, undefined> {
    for (const [i, handle] of this.#handles.entries()) {
      const block = this.#damaged.has(i) ? undefined : this.#read(handle);
      if (block) yield* blockVersions(block.bytes);
    }
  }

  #read(handle: Handle): Block | undefined {
    return withFile(this.#path, (fd, size) => readBlock(fd, size, handle));
  }
}

export function withFile<T>(path: string, read: (fd: number, size: number) => T): T {
  const fd = openSync(path, 'r');
  try {
    return read(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

function bytesAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
}

/** Undefined for one that is not within the file. */
export function readBlock(fd: number, size: number, handle: Handle): Block | undefined {
  const stored = storedAt(fd, size, handle);
  if (!stored) return undefined;
  const content = stored.subarray(0, handle.size);
  return { bytes: stored[handle.size] === PACKED ? unpacked(content) : content, whole: isRight(stored) };
}

/** Whether a block is there, with the right checksum. */
export function isWhole(fd: number, size: number, handle: Handle): boolean {
  const stored = storedAt(fd, size, handle);
  return stored !== undefined && isRight(stored);
}

function storedAt(fd: number, size: number, handle: Handle): Buffer | undefined {
  const length = handle.size + TRAILER;
  return handle.at + length > size ? undefined : bytesAt(fd, handle.at, length);
}

function isRight(stored: Buffer): boolean {
  const end = stored.length - 4;
  return end > 0 && masked(crc32c(stored, 0, end)) === stored.readUInt32LE(end);
}

/** The blocks by the index. Where that is damaged, or cut off: those that are found without it, and what it still says. */
function handlesOf(fd: number, size: number): Handle[] {
  const index = indexOf(fd, size);
  const named = index ? handlesIn(index.bytes) : [];
  if (index?.whole) return named;
  const found = sought(fd, size);
  const known = new Set(found.map(({ at }) => at));
  return [...found, ...named.filter(({ at }) => !known.has(at))];
}

export function indexOf(fd: number, size: number): Block | undefined {
  const [, index] = footerOf(fd, size);
  return index && readBlock(fd, size, index);
}

/** Where the block is that names filters, and the one that names the blocks of records. Neither, where the end is damaged. */
export function footerOf(fd: number, size: number): Handle[] {
  const footer = bytesAt(fd, Math.max(0, size - FOOTER), FOOTER);
  return footer.subarray(-MAGIC.length).equals(MAGIC)
    ? handles(footer.subarray(0, -MAGIC.length)).slice(0, 2)
    : [];
}

export const handlesIn = (index: Buffer): Handle[] => namedIn(index).map(({ handle }) => handle);

/** The blocks that an index names, each with a key that no record of it is behind. */
export const namedIn = (index: Buffer): { last: Buffer; handle: Handle }[] =>
  [...blockEntries(index)].flatMap(([last, value]) =>
    handles(value)
      .slice(0, 1)
      .map((handle) => ({ last, handle })),
  );

/** The places that stand one after another in these bytes. */
function handles(bytes: Buffer): Handle[] {
  const cursor = new Cursor(bytes);
  const found: Handle[] = [];
  try {
    while (cursor.left > 0) found.push({ at: cursor.varint(), size: cursor.varint() });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

/** The blocks from the beginning on: each ends where its checksum is right. The first that is damaged ends it. */
function sought(fd: number, size: number): Handle[] {
  const found: Handle[] = [];
  for (let at = 0; at + TRAILER < size; ) {
    const length = lengthAt(bytesAt(fd, at, Math.min(LONGEST, size - at)));
    if (length === undefined) break;
    const handle = { at, size: length };
    if (isIndex(readBlock(fd, size, handle), found)) break;
    found.push(handle);
    at += length + TRAILER;
  }
  return found;
}

function lengthAt(bytes: Buffer): number | undefined {
  let crc = 0;
  for (let length = 0; length + TRAILER <= bytes.length; length++) {
    // What stands before the checksum is the block, and how it is packed.
    crc = crc32c(bytes, length, length + 1, crc);
    if (length > 0 && masked(crc) === bytes.readUInt32LE(length + 1)) return length;
  }
  return undefined;
}

/** An index names the first block first. */
function isIndex(block: Block | undefined, [first]: readonly Handle[]): boolean {
  const [named] = block ? handlesIn(block.bytes) : [];
  return first !== undefined && named?.at === first.at && named.size === first.size;
}
