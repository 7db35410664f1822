/**
 * Where a CAS keeps its files. A store may be moved, removed or replaced while it is in use: what is written by its path would go
 * into whatever lies there then.
 */
import { realpathSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { movedStore } from '../folder/opened-place';
import { giveTo } from '../folder/owner';

/** Only the owner reads and writes. */
export const OWNERS = 0o700;

export class CasPlace {
  /** Without symbolic links: one that leads elsewhere later changes nothing. */
  readonly folder: string;
  readonly #store: string;
  /** Of the store's folder; undefined before it is made. */
  #id: string | undefined;

  constructor(folder: string) {
    this.#store = real(dirname(folder));
    this.folder = join(this.#store, basename(folder));
    this.#id = idOf(this.#store);
  }

  /** Makes the folder. That of the store is made only where there was none yet. @throws FlowError FLOW_STORE_MOVED */
  async open(): Promise<void> {
    if (this.#id === undefined) {
      giveTo(this.#store, await mkdir(this.folder, { recursive: true, mode: OWNERS }));
      this.#id = idOf(this.#store);
      return;
    }
    this.require();
    await this.makeFolder(this.folder);
  }

  /** Makes one folder in another, which must be there. */
  async makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path, { mode: OWNERS });
      giveTo(this.#store, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** @throws FlowError FLOW_STORE_MOVED. It takes two microseconds. */
  require(): void {
    if (this.#id !== undefined && idOf(this.#store) !== this.#id) throw movedStore(this.#store);
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function idOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
