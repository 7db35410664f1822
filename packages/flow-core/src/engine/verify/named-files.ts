/** The files that artifacts name: whether each is there, as long as it should be, and with `--read-data` as it was written. */

import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statAt } from '../../environment/look';
import type { Cas } from '../../store/cas/cas';
import { hashFile } from '../../store/cas/file';
import type { ArtifactRecord } from '../../store/rows/rows';
import type { Looked } from './problem';

const SHA256 = /^[0-9a-f]{64}$/;
export const isHash = (text: string) => SHA256.test(text);

export interface WrongFile {
  hash: string;
  /** Of the artifacts that name it. */
  keys: string[];
  /** A sentence. */
  message: string;
}

export type Shared = (files: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, string>>;

export class NamedFiles {
  readonly #cas: Cas;
  /** By their hash: how many bytes, and the keys of the artifacts that name it. */
  readonly #files = new Map<string, { size: number; keys: string[]; blobs?: true | undefined }>();

  constructor(cas: Cas) {
    this.#cas = cas;
  }

  /** @param key of the artifact */
  add(key: string, { hash, size, blobs }: ArtifactRecord): void {
    if (hash === undefined) return;
    const known = this.#files.get(hash);
    if (known) known.keys.push(key);
    else this.#files.set(hash, { size, keys: [key], blobs });
  }

  /**
   * @param report gets each file that is not as it should be
   * @param shared looks at those that are in no file, by their hashes, with their sizes: what is wrong with them
   */
  async verify(
    readData: boolean,
    report: (wrong: WrongFile) => void,
    shared?: Shared,
  ): Promise<Pick<Looked, 'files' | 'bytes' | 'unused'>> {
    let bytes = 0;
    const away = new Map<string, number>();
    for (const [hash, { size, keys, blobs }] of this.#files) {
      if (blobs && isHash(hash) && !this.#cas.has(hash)) {
        away.set(hash, size);
        continue;
      }
      const message = this.#wrong(hash, size, readData);
      if (message === undefined) bytes += size;
      else report({ hash, keys, message });
    }
    const wrong = away.size > 0 ? await shared?.(away) : undefined;
    for (const [hash, message] of wrong ?? [])
      report({ hash, keys: this.#files.get(hash)?.keys ?? [], message });
    return { files: this.#files.size - away.size, bytes, unused: this.#unused() };
  }

  #wrong(hash: string, size: number, readData: boolean): string | undefined {
    if (!SHA256.test(hash))
      return `It names its bytes by ${JSON.stringify(hash.slice(0, 80))}, which is no sha256.`;
    const path = this.#cas.path?.(hash);
    if (path === undefined) return this.#cas.has(hash) ? undefined : 'The store has lost its bytes.';
    try {
      const found = statSync(path).size;
      if (found !== size) return `Its file ${path} has ${found} bytes, and should have ${size}.`;
      if (readData && hashFile(path).hash !== hash)
        return `Its file ${path} has other bytes than were written.`;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? `Its file ${path} is lost.` : `Its file ${path} cannot be read (${code}).`;
    }
    return undefined;
  }

  /** Files in the folder that no artifact names. */
  #unused(): Looked['unused'] {
    const unused = { files: 0, bytes: 0 };
    const any = this.#cas.path?.('0'.repeat(64));
    if (any === undefined) return unused;
    const folder = dirname(dirname(any));
    for (const group of list(folder))
      for (const name of list(join(folder, group))) {
        if (!SHA256.test(name) || this.#files.has(name)) continue;
        unused.files++;
        unused.bytes += statAt(join(folder, group, name))?.size ?? 0;
      }
    return unused;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
