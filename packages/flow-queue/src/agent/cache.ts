/**
 * Large values that a worker has fetched or made stay in a folder, for the next task that reads them. It has a limit: what was used
 * longest ago goes first. Several workers may share the folder.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileCas } from '@nx-flow/core/queue';

export interface CacheOptions {
  folder: string;
  /** Bytes. */
  limit: number;
  /** What was used since then stays: another worker may have it in use, which says so more often. Milliseconds; default an hour. */
  freshMs?: number;
}

/** 10 GB. */
export const CACHE_LIMIT = 10 * 1000 ** 3;

/** The folder is looked at so often, where something was used: 60 s. */
const SWEEP_BEATS = 12;

const HOUR_MS = 60 * 60 * 1000;
const SHA256 = /^[0-9a-f]{64}$/;

/** Behind the name of a file that is being removed. */
const ASIDE = '.removing';

interface Kept {
  hash: string;
  path: string;
  size: number;
  usedAt: number;
}

export class Cache {
  readonly #options: CacheOptions;
  readonly #cas: FileCas;
  /** How many use each value. */
  readonly #used = new Map<string, number>();
  /** Something was used since the folder was looked at last, so many beats ago. */
  #isTouched = true;
  #beats = SWEEP_BEATS;
  #sweeping: Promise<void> | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#cas = new FileCas(options.folder);
  }

  /** Nothing of it goes until what is returned is called. Call before it is looked whether a value is there. */
  use(hashes: Iterable<string>): () => void {
    const all = new Set(hashes);
    this.#isTouched = true;
    for (const hash of all) this.#used.set(hash, (this.#used.get(hash) ?? 0) + 1);
    return () => {
      for (const hash of all) {
        const left = (this.#used.get(hash) ?? 1) - 1;
        if (left > 0) this.#used.set(hash, left);
        else this.#used.delete(hash);
      }
      all.clear();
    };
  }

  /** Tells other workers what is in use. Call more often than once in the time that `freshMs` says. */
  async renew(): Promise<void> {
    for (const hash of [...this.#used.keys()]) await this.#cas.renew(hash).catch(() => {});
  }

  /** Call every few seconds. It does not wait for what takes longer. */
  async beat(): Promise<void> {
    await this.renew();
    if (++this.#beats < SWEEP_BEATS || !this.#isTouched) return;
    this.#beats = 0;
    this.#isTouched = false;
    void this.sweep();
  }

  /** Removes what is too much. What cannot be removed stays. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { limit, freshMs = HOUR_MS } = this.#options;
    const kept = await this.#kept();
    let left = kept.reduce((sum, { size }) => sum + size, 0);
    const before = Date.now() - freshMs;
    for (const { hash, path, size } of kept.sort((a, b) => a.usedAt - b.usedAt)) {
      if (left <= limit) return;
      if (!this.#used.has(hash) && removed(path, before)) left -= size;
    }
  }

  async #kept(): Promise<Kept[]> {
    const { folder } = this.#options;
    const kept: Kept[] = [];
    for (const group of await namesIn(folder))
      if (/^[0-9a-f]{2}$/.test(group))
        for (const hash of await namesIn(join(folder, group))) {
          const path = join(folder, group, hash);
          if (hash.endsWith(ASIDE)) removeLeft(path);
          const found = SHA256.test(hash) ? await stat(path).catch(() => undefined) : undefined;
          if (found) kept.push({ hash, path, size: found.size, usedAt: found.mtimeMs });
        }
    return kept;
  }
}

/** Moved aside first, and looked at once more: who uses it has made it a new one before, or finds none and fetches it. */
function removed(path: string, before: number): boolean {
  const aside = `${path}${ASIDE}`;
  try {
    if (statSync(path).mtimeMs > before) return false;
    renameSync(path, aside);
    const isFresh = statSync(aside).mtimeMs > before;
    if (isFresh) renameSync(aside, path);
    else rmSync(aside);
    return !isFresh;
  } catch {
    return false;
  }
}

/** What a worker that was killed had moved aside. */
function removeLeft(path: string): void {
  try {
    rmSync(path);
  } catch {}
}

const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);

/** Of the values that do not lie in the records themselves. */
export function hashesOf(records: readonly { hash?: string }[]): string[] {
  return records.flatMap(({ hash }) => (hash === undefined ? [] : [hash]));
}
