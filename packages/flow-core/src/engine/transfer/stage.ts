/**
 * Holds a run while its file is being verified, in a folder next to the store's values that no reader sees. The
 * values move into the store only when all is verified. Until then, giving up deletes a folder without references.
 */
import { type FileHandle, mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import { type Cas, READ_ONLY } from '../../store/cas/cas';
import { place } from '../../store/cas/place-file';
import { syncFolder } from '../../store/folder/write-file';
import { frameHead } from './format';
import { ByteReader, type Row } from './read';
import { PIECE, piecesOf } from './values';

/** Modes of folders and files: only the owner reads and writes. */
const OWNERS = 0o700;
const OWNERS_FILE = 0o600;

export interface Stage {
  /** The folder of the store. Empty for one in memory. */
  readonly store: string;
  /** Keeps a value. Its pieces throw when they do not match the hash. */
  value(hash: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  row(row: Row): Promise<void>;
  /** Moves the values into the CAS, and returns how many they are. */
  place(): Promise<number>;
  /** Makes the placed values count as new, and gives one that is not there any more. */
  lost(): Promise<string | undefined>;
  /** Yields every row, in order. May be called again. */
  rows(): AsyncGenerator<Row, void, undefined>;
  discard(): Promise<void>;
}

/** The folder of the store that has these values. Empty for one in memory. */
export function folderOf(cas: Cas): string {
  return cas.path ? dirname(dirname(dirname(cas.path('0'.repeat(64))))) : '';
}

export async function openStage(cas: Cas): Promise<Stage> {
  if (!cas.path) return new MemoryStage(cas);
  const folder = join(folderOf(cas), 'cas');
  const first = await mkdir(folder, { recursive: true, mode: OWNERS });
  sweepTemporary(folder);
  const stage = join(folder, temporaryName());
  await mkdir(stage, { mode: OWNERS });
  return new FileStage(stage, first, cas);
}

class FileStage implements Stage {
  readonly store: string;
  readonly #folder: string;
  readonly #cas: Cas;
  readonly #first: string | undefined;
  readonly #place: (hash: string) => string;
  readonly #values = new Set<string>();
  #rows: FileHandle | undefined;
  #gathered: Uint8Array[] = [];
  #size = 0;

  /** @param first the first folder above it that was made for it, if any */
  constructor(folder: string, first: string | undefined, cas: Cas) {
    this.store = dirname(dirname(folder));
    this.#folder = folder;
    this.#first = first;
    this.#cas = cas;
    this.#place = (hash) => (cas.path as (hash: string) => string)(hash);
  }

  async value(hash: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(join(this.#folder, hash), 'wx', READ_ONLY);
    try {
      for await (const piece of pieces) await writeAll(file, piece);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#values.add(hash);
  }

  async row({ kind, payload }: Row): Promise<void> {
    this.#gathered.push(frameHead(kind, payload.length), payload);
    this.#size += payload.length + 5;
    if (this.#size >= PIECE) await this.#flush();
  }

  async place(): Promise<number> {
    const folders = new Set<string>();
    for (const hash of this.#values) {
      const path = this.#place(hash);
      await mkdir(dirname(path), { recursive: true, mode: OWNERS });
      await place(join(this.#folder, hash), path);
      folders.add(dirname(path));
    }
    // A reference to them may be synced in the database before their names are.
    for (const folder of folders) syncFolder(folder);
    return this.#values.size;
  }

  async lost(): Promise<string | undefined> {
    for (const hash of this.#values) if (!(await this.#cas.renew(hash))) return hash;
    return undefined;
  }

  async *rows(): AsyncGenerator<Row, void, undefined> {
    await this.#flush();
    await this.#rows?.close();
    this.#rows = undefined;
    const file = await open(join(this.#folder, 'rows'), 'r');
    try {
      const bytes = new ByteReader(piecesOf(file));
      for (;;) {
        const head = await bytes.take(5);
        if (head.length === 0) return;
        const payload = await bytes.take(head.readUInt32LE(1));
        yield { kind: head.readUInt8(0) as Row['kind'], payload };
      }
    } finally {
      await file.close();
    }
  }

  async discard(): Promise<void> {
    await this.#rows?.close();
    this.#rows = undefined;
    await rm(this.#folder, { recursive: true, force: true });
    if (this.#first !== undefined) await removeEmpty(dirname(this.#folder), this.#first);
  }

  async #flush(): Promise<void> {
    this.#rows ??= await open(join(this.#folder, 'rows'), 'a', OWNERS_FILE);
    await writeAll(this.#rows, Buffer.concat(this.#gathered, this.#size));
    this.#gathered = [];
    this.#size = 0;
  }
}

/** Removes the folders from the last up to the first, as long as nothing is in them: a refused import leaves none. */
async function removeEmpty(last: string, first: string): Promise<void> {
  for (let at = last; at.length >= first.length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** The stage of a store in memory. */
class MemoryStage implements Stage {
  readonly store = '';
  readonly #cas: Cas;
  readonly #values: Uint8Array[] = [];
  readonly #rows: Row[] = [];

  constructor(cas: Cas) {
    this.#cas = cas;
  }

  async value(_hash: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Buffer[] = [];
    for await (const piece of pieces) parts.push(Buffer.from(piece));
    this.#values.push(Buffer.concat(parts));
  }

  async row(row: Row): Promise<void> {
    this.#rows.push(row);
  }

  async place(): Promise<number> {
    for (const bytes of this.#values) await this.#cas.write(bytes);
    return this.#values.length;
  }

  async lost(): Promise<undefined> {}

  async *rows(): AsyncGenerator<Row, void, undefined> {
    yield* this.#rows;
  }

  async discard(): Promise<void> {}
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
