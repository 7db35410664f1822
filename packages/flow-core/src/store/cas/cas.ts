/** Content-addressed files: values too large for LevelDB, under the sha256 of their bytes. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { temporaryName } from '../../environment/temporary';
import { notWritten } from '../folder/no-room';
import { giveTo } from '../folder/owner';
import { setAsideOn } from '../folder/set-aside';
import { syncFolder } from '../folder/write-file';
import { fetchAway } from './away';
import { CasPlace } from './cas-place';
import { hashFile, type Look } from './file';
import { place, renewed } from './place-file';
import { readWhole } from './read-whole';
import { isVerified, isWritten, noteVerified } from './verified';

/** Large enough that a system call is cheap, small enough that hashing and writing overlap, and that a copy of it takes little. */
const CHUNK = 1024 * 1024;

/** Of a file, nobody writes: a step that gets its path cannot by mistake. What is read-only, Windows does not replace or remove. */
export const READ_ONLY = process.platform === 'win32' ? 0o600 : 0o400;

const SHA256 = /^[0-9a-f]{64}$/;

export interface Cas {
  /** Stores the bytes and returns their sha256. @throws FlowError FLOW_STORE_FULL, FLOW_STORE_FAILED */
  write(bytes: Uint8Array): Promise<string>;
  /**
   * Verified against the hash, where this process has not done so since the file was written.
   * @param passing the bytes are used before the next are read
   * @throws FlowError FLOW_STORE_CORRUPT
   */
  read(hash: string, passing?: boolean): Uint8Array;
  /** Stores the bytes of a file piece by piece and returns their sha256. @param look sees each piece before it is written */
  writeFile(path: string, look?: Look): Promise<{ hash: string; size: number }>;
  /** Stores bytes that come in pieces, and never holds more than one. @param look as for {@link writeFile} */
  writeStream(pieces: AsyncIterable<Uint8Array>, look?: Look): Promise<{ hash: string; size: number }>;
  has(hash: string): boolean;
  /**
   * Makes bytes count as new: nobody removes them before something refers to them. Call before they are referred to again.
   * @returns whether they are there
   * @throws FlowError FLOW_STORE_CORRUPT for a file that was written since this process has verified it
   */
  renew(hash: string): Promise<boolean>;
  /** A file with these bytes, verified once in a process, and again when it was written since. @throws FlowError FLOW_STORE_CORRUPT */
  file(hash: string): string;
  /** The file of these bytes, for a CAS in files. @throws FlowError FLOW_STORE_CORRUPT when `hash` is no sha256 */
  path?(hash: string): string;
  /** Removes temporary files. */
  close?(): void;
}

export class FileCas implements Cas {
  readonly #at: CasPlace;

  constructor(folder: string) {
    this.#at = new CasPlace(folder);
  }

  /** Refuses every name that could lead out of this folder, such as a hash from a record changed by hand. */
  path(hash: string): string {
    if (!SHA256.test(hash))
      throw corrupt(
        `A record names bytes by ${JSON.stringify(String(hash).slice(0, 80))}, which is no sha256: execute its step again.`,
      );
    return join(this.#at.folder, hash.slice(0, 2), hash);
  }

  write(bytes: Uint8Array): Promise<string> {
    return this.#keep(async (take) => {
      const { length } = bytes;
      const piece = Buffer.allocUnsafeSlow(Math.min(length, CHUNK));
      for (let at = 0; at < length; at += CHUNK) {
        // What is hashed is what is written: the owner of the bytes may go on writing them.
        const size = Math.min(length - at, CHUNK);
        piece.set(bytes.subarray(at, at + size));
        await take(piece.subarray(0, size));
      }
    }).then(({ hash }) => hash);
  }

  writeFile(path: string, look?: Look): Promise<{ hash: string; size: number }> {
    return this.#keep(async (take) => {
      const source = await open(path, 'r');
      try {
        const chunk = Buffer.allocUnsafeSlow(CHUNK);
        for (;;) {
          const { bytesRead } = await source.read(chunk, 0, CHUNK);
          if (bytesRead === 0) return;
          look?.(chunk.subarray(0, bytesRead));
          await take(chunk.subarray(0, bytesRead));
        }
      } finally {
        await source.close();
      }
    });
  }

  writeStream(pieces: AsyncIterable<Uint8Array>, look?: Look): Promise<{ hash: string; size: number }> {
    return this.#keep(async (take) => {
      for await (const piece of pieces) {
        look?.(piece);
        await take(piece);
      }
    });
  }

  /** Writes a temporary file, hashes it meanwhile, syncs and renames it: a crash leaves no wrong file. */
  async #keep(
    give: (take: (chunk: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<{ hash: string; size: number }> {
    const temporary = join(this.#at.folder, temporaryName());
    const write = <T>(work: Promise<T>) => this.#write(work);
    await write(this.#at.open());
    const file = await write(open(temporary, 'wx', READ_ONLY));
    giveTo(dirname(this.#at.folder), temporary);
    const hash = createHash('sha256');
    let size = 0;
    try {
      try {
        await give(async (chunk) => {
          const written = writeAll(file, chunk);
          hash.update(chunk);
          size += chunk.length;
          await write(written);
        });
        await write(file.datasync());
      } finally {
        await file.close();
      }
      const digest = hash.digest('hex');
      await write(this.#place(temporary, digest));
      return { hash: digest, size };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #place(temporary: string, digest: string): Promise<void> {
    const folder = join(this.#at.folder, digest.slice(0, 2));
    await this.#at.makeFolder(folder);
    await place(temporary, this.path(digest));
    // A reference to it may be synced in the database before its name is.
    syncFolder(folder);
    this.#at.require();
  }

  /** @throws FlowError FLOW_STORE_FULL, FLOW_STORE_FAILED. What reading a value throws is not of the store, and passes */
  async #write<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#at.require();
      throw notWritten(dirname(this.#at.folder), error);
    }
  }

  has(hash: string): boolean {
    return existsSync(this.path(hash));
  }

  async renew(hash: string): Promise<boolean> {
    const path = this.path(hash);
    if (isWritten(path, hash)) this.file(hash);
    return renewed(path);
  }

  file(hash: string): string {
    const path = this.path(hash);
    if (isVerified(path, hash)) return path;
    let found: string;
    try {
      found = hashFile(path).hash;
    } catch (cause) {
      if (this.#fetched(hash, cause)) return this.file(hash);
      throw unreadable(path, cause);
    }
    if (found !== hash) throw changed(path);
    noteVerified(path, hash);
    return path;
  }

  read(hash: string, passing = false): Uint8Array {
    const path = this.path(hash);
    let bytes: Uint8Array | undefined;
    try {
      // A watch spins on the same inputs again and again, each time in another process.
      const known = isVerified(path, hash);
      bytes = readWhole(path, { ...(known ? {} : { hash }), passing });
      if (bytes && !known) noteVerified(path, hash);
    } catch (cause) {
      if (this.#fetched(hash, cause)) return this.read(hash, passing);
      throw unreadable(path, cause);
    }
    if (!bytes) throw changed(path);
    return bytes;
  }

  /** Whether bytes that were not there are there now. @param cause why they could not be read */
  #fetched(hash: string, cause: unknown): boolean {
    this.#at.require();
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' && fetchAway(this.#at.folder, hash);
  }
}

export function unreadable(path: string, cause: unknown): FlowError {
  const { code } = cause as NodeJS.ErrnoException;
  const aside = code === 'ENOENT' ? setAsideOn(path) : undefined;
  const why = aside ? `: it was damaged, and set aside by a repair on ${aside}` : '';
  const lost = `The store has lost the file ${path}${why}. Execute its step again, or restore it from a copy.`;
  return corrupt(
    code === 'ENOENT'
      ? lost
      : `The store's file ${path} cannot be read (${code}): make it readable, and do it again.`,
    cause,
  );
}

/** The error for a file that somebody wrote. */
export function changed(path: string): FlowError {
  return corrupt(
    `The file ${path} was changed: its bytes are not those that were stored. Execute its step again, or restore it from a copy.`,
  );
}

/** The error for content that the store's files should have. */
export function corrupt(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_STORE_CORRUPT', message, { cause, exit: 1 });
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
}
