/** The references of each module, read again only when the file or the parser changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceLinks } from '@nx-flow/core/source';
import { FileCache } from '../nx/file-cache';

interface Kept extends SourceLinks {
  hash: string;
}

const CODE = /\.[cm]?[jt]sx?$/;

export class Links {
  readonly #workspace: string;
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #cache: FileCache<Kept>;

  /** @param hashes the hash of every file, from the workspace's root */
  constructor(workspace: string, hashes: ReadonlyMap<string, string>) {
    this.#workspace = workspace;
    this.#hashes = hashes;
    this.#cache = new FileCache(workspace, 'links');
  }

  async of(file: string): Promise<SourceLinks> {
    if (!CODE.test(file)) return NONE;
    const hash = this.#hashes.get(file) ?? '';
    let links = this.#cache.get(file);
    if (links?.hash !== hash || hash === '') links = await this.#read(file, hash);
    this.#cache.set(file, links);
    return links;
  }

  async #read(file: string, hash: string): Promise<Kept> {
    try {
      const { readLinks } = await import('@nx-flow/core/source');
      return { hash, ...readLinks(file, readFileSync(join(this.#workspace, file), 'utf8')) };
    } catch {
      // It does not parse, is gone, or there is no parser: running it reports that. Its last references count.
      return { ...(this.#cache.last(file) ?? NONE), hash: '' };
    }
  }

  write(): void {
    this.#cache.write();
  }
}

const NONE: SourceLinks = { modules: [], flows: [] };
