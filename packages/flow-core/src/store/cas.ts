/** Content-addressed files: values too large to sit in LevelDB well, under the sha256 of their bytes. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';

/** Large enough that a system call is nothing, small enough that hashing and writing overlap. */
const CHUNK = 4 * 1024 * 1024;

export interface Cas {
  /** Keeps the bytes and gives their sha256. */
  write(bytes: Uint8Array): Promise<string>;
  /** Verified against the hash. @throws FlowError FLOW_STORE_CORRUPT */
  read(hash: string): Uint8Array;
  /** The file of these bytes, where they lie in one. */
  path?(hash: string): string;
}

export class FileCas implements Cas {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }

  /** Temporary file, hashed while it is written, synced, renamed: a crash leaves no file that lies. */
  async write(bytes: Uint8Array): Promise<string> {
    const temporary = join(this.#folder, `.${process.pid}-${randomBytes(6).toString('hex')}`);
    await mkdir(this.#folder, { recursive: true });
    const file = await open(temporary, 'wx');
    const hash = createHash('sha256');
    try {
      try {
        for (let at = 0; at < bytes.length; at += CHUNK) {
          const chunk = bytes.subarray(at, at + CHUNK);
          const written = writeAll(file, chunk);
          hash.update(chunk);
          await written;
        }
        await file.datasync();
      } finally {
        await file.close();
      }
      const digest = hash.digest('hex');
      await mkdir(join(this.#folder, digest.slice(0, 2)), { recursive: true });
      if (await exists(this.path(digest))) await rm(temporary);
      else await rename(temporary, this.path(digest));
      return digest;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  read(hash: string): Uint8Array {
    let fd: number;
    try {
      fd = openSync(this.path(hash), 'r');
    } catch (cause) {
      throw new FlowError('FLOW_STORE_CORRUPT', `The store has lost the file ${this.path(hash)}.`, {
        cause,
        exit: 1,
      });
    }
    try {
      const bytes = new Uint8Array(fstatSync(fd).size);
      const check = createHash('sha256');
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(fd, bytes, at, Math.min(CHUNK, bytes.length - at), at);
        if (read === 0) break;
        check.update(bytes.subarray(at, at + read));
        at += read;
      }
      if (check.digest('hex') !== hash) {
        throw new FlowError(
          'FLOW_STORE_CORRUPT',
          `The file ${this.path(hash)} was changed: its bytes are not those that were stored.`,
          {
            exit: 1,
          },
        );
      }
      return bytes;
    } finally {
      closeSync(fd);
    }
  }
}

/** The same in memory. */
export class MemoryCas implements Cas {
  readonly #values = new Map<string, Uint8Array>();

  async write(bytes: Uint8Array): Promise<string> {
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#values.set(hash, new Uint8Array(bytes));
    return hash;
  }

  read(hash: string): Uint8Array {
    const bytes = this.#values.get(hash);
    if (!bytes)
      throw new FlowError('FLOW_STORE_CORRUPT', `The store has lost the bytes ${hash}.`, { exit: 1 });
    return new Uint8Array(bytes);
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
