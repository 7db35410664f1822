/** Content-addressed files: values too large to sit in LevelDB well, under the sha256 of their bytes. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { access, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
      await place(temporary, this.path(digest));
      return digest;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  read(hash: string): Uint8Array {
    const path = this.path(hash);
    let bytes: Uint8Array | undefined;
    try {
      bytes = readVerified(path, hash);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw corrupt(
        code === 'ENOENT'
          ? `The store has lost the file ${path}.`
          : `The store's file ${path} cannot be read (${code}).`,
        cause,
      );
    }
    if (!bytes) throw corrupt(`The file ${path} was changed: its bytes are not those that were stored.`);
    return bytes;
  }
}

/** Undefined where the bytes are not those of the hash. */
function readVerified(path: string, hash: string): Uint8Array | undefined {
  const fd = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(fd).size);
    const check = createHash('sha256');
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(fd, bytes, at, Math.min(CHUNK, bytes.length - at), at);
      if (read === 0) break;
      check.update(bytes.subarray(at, at + read));
      at += read;
    }
    return check.digest('hex') === hash ? bytes : undefined;
  } finally {
    closeSync(fd);
  }
}

function corrupt(message: string, cause?: unknown): FlowError {
  return new FlowError('FLOW_STORE_CORRUPT', message, { cause, exit: 1 });
}

/** Lets `to` have bytes of `from` by their hash: as another name of the same file where that is possible. */
export async function shareBytes(hash: string, from: Cas, to: Cas): Promise<void> {
  if (!from.path || !to.path) {
    await to.write(from.read(hash));
    return;
  }
  const [source, target] = [from.path(hash), to.path(hash)];
  await mkdir(dirname(target), { recursive: true });
  try {
    await link(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code === 'ENOENT') throw corrupt(`The store has lost the file ${source}.`, error);
    // Another file system, or one without hard links.
    const temporary = `${target}.${process.pid}-${randomBytes(6).toString('hex')}`;
    await copyFile(source, temporary);
    await place(temporary, target);
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
    if (!bytes) throw corrupt(`The store has lost the bytes ${hash}.`);
    return new Uint8Array(bytes);
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
}

/** Over a file that is there already, too: it may have been changed since. */
async function place(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    // Windows does not replace a file that somebody reads.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
    await access(path);
    await rm(temporary);
  }
}
