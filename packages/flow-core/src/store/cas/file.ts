/** Artifacts that are files: file() makes one, FileArtifact reads it. A file is never completely in memory. */

import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { FlowError } from '../../definition/errors';
import { thousands } from '../../definition/thousands';

/** A file that a step returned. It is a file of the store and must not be written. */
export interface FileArtifact {
  /** The base name of the given file: `big.csv`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** A readable file. @throws FlowError FLOW_STORE_CORRUPT when its bytes are not the stored ones */
  readonly path: string;
  /** @throws as {@link path} */
  stream(): Readable;
  /** The whole of it, as UTF-8. */
  text(): Promise<string>;
  /** The whole of it. */
  bytes(): Promise<Uint8Array>;
}

/** Marks every FileArtifact, also of another copy of this package. */
const FILE = Symbol.for('@nx-flow/core:file');

interface Place {
  name: string;
  size(): number;
  /** The path, verified if possible. */
  path(): string;
  /** sha256 of its bytes, if it comes from a store. */
  hash?: string;
}

/**
 * Makes a file an artifact: `return { report: file('/tmp/big.csv') }`. It is copied into the store when the step
 * has returned, in pieces, and reaches the next steps as a {@link FileArtifact}. A relative path counts from the
 * working directory. Two such artifacts are equal when content and base name are.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { file, flow } from '@nx-flow/core';
 * const f = flow('report');
 * const start = f.start(() => {
 *   writeFileSync('/tmp/report.csv', 'a,b\n1,2\n');
 *   return { report: file('/tmp/report.csv') };
 * });
 * const read = f.step('read', { after: start }, async ({ self }) => ({ lines: (await self.report.text()).split('\n') }));
 * export default f.end(read);
 * ```
 * @throws FlowError FLOW_FILE when it is no path. An unreadable file throws when the step has returned.
 */
export function file(path: string): FileArtifact {
  if (typeof path !== 'string' || path === '') {
    throw new FlowError('FLOW_FILE', `file() takes the path of a file, not ${inspect(path)}.`, { exit: 1 });
  }
  return fileAt(resolve(path));
}

export function fileAt(path: string, name: string = basename(path)): FileArtifact {
  return new Handle({ name, size: () => statSync(path).size, path: () => path });
}

/** A FileArtifact of a store. */
export function storedFile(name: string, size: number, hash: string, path: () => string): FileArtifact {
  return new Handle({ name, size: () => size, path, hash });
}

class Handle implements FileArtifact {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  get [FILE](): Place {
    return this.#place;
  }
  get name(): string {
    return this.#place.name;
  }
  get size(): number {
    return this.#place.size();
  }
  get path(): string {
    return this.#place.path();
  }
  stream(): Readable {
    return createReadStream(this.path);
  }
  text(): Promise<string> {
    return readFile(this.path, 'utf8');
  }
  bytes(): Promise<Uint8Array> {
    return readFile(this.path);
  }
  toJSON(): object {
    return { name: this.name, size: this.size, path: this.path };
  }
  /** Its bytes are not read for a line, and one that is not there has a name all the same. */
  [inspect.custom](): string {
    try {
      return `FileArtifact(${this.name}, ${thousands(this.size)} B)`;
    } catch {
      return `FileArtifact(${this.name})`;
    }
  }
}

export function isFile(value: unknown): value is FileArtifact {
  return typeof value === 'object' && value !== null && FILE in value;
}

/** sha256 of a file that comes from a store. */
export function storedHash(value: FileArtifact): string | undefined {
  return (value as unknown as { [FILE]: Place })[FILE].hash;
}

/** @param whose begins the sentence: `Step "train" returned the artifact "a" as` @throws FlowError FLOW_FILE */
export function requireFile(whose: string, value: FileArtifact): void {
  if (storedHash(value) !== undefined) return;
  const { path } = value;
  let why: string | undefined;
  let cause: unknown;
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) why = 'that is a folder: return a file, such as an archive of it';
    else if (!stats.isFile()) why = 'that is no regular file';
    else accessSync(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    cause = error;
  }
  if (why === undefined) return;
  throw new FlowError('FLOW_FILE', `${whose} file('${path}'), but ${why}.`, { exit: 1, cause });
}

/** Sees the bytes of a file, in pieces and in order, while it is read. Throws to refuse them. */
export type Look = (bytes: Uint8Array) => void;

/** The digest of a file's content and base name. */
export function fileDigest(name: string, hash: string): string {
  return createHash('sha256').update(`file:${hash}:${name}`).digest('hex');
}

/** The type in records, which contains the file's base name. */
export const fileType = (name: string): string => `File(${name})`;
export const nameOfType = (type: string): string => type.slice('File('.length, -1);

/** Small beside what a process has anyway, and large enough that reading costs little beside hashing. */
const PIECE = 128 * 1024;

/** sha256 and length of a file, read in pieces. */
export function hashFile(path: string, look?: Look): { hash: string; size: number } {
  const fd = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafeSlow(PIECE);
    let size = 0;
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
      look?.(piece.subarray(0, read));
      hash.update(piece.subarray(0, read));
      size += read;
    }
    return { hash: hash.digest('hex'), size };
  } finally {
    closeSync(fd);
  }
}
