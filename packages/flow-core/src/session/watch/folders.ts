/**
 * Tells when one of some files may have changed, also one that is not there yet. Folders are watched, not files: editors replace
 * a file by renaming another.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';

export class Folders {
  readonly #changed: (path: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** The files, and the folders on the way to those that are not there. */
  #wanted = new Set<string>();
  /** Folders of which everything counts. */
  #whole: readonly string[] = [];

  constructor(changed: (path: string) => void) {
    this.#changed = changed;
  }

  /** @param files absolute paths @param whole folders of which everything counts, with what is below them */
  watch(files: Iterable<string>, whole: readonly string[] = []): void {
    const wanted = new Set<string>();
    const folders = new Set<string>();
    for (const file of files) {
      wanted.add(file);
      let folder = dirname(file);
      // Where a folder is not there, one above it tells when it comes.
      while (!existsSync(folder) && dirname(folder) !== folder) {
        wanted.add(folder);
        folder = dirname(folder);
      }
      folders.add(folder);
    }
    this.#wanted = wanted;
    this.#whole = whole;
    for (const folder of whole) folders.add(folder);
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) this.#open(folder);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #open(folder: string): void {
    if (this.#watchers.has(folder)) return;
    const recursive = this.#whole.includes(folder);
    try {
      const watcher = watch(folder, { recursive }, (_, name) => {
        const path = name === null ? folder : join(folder, name);
        if (name === null || this.#counts(path)) this.#changed(path);
      });
      // The folder was removed: what is looked at next watches one above it.
      watcher.on('error', () => this.#lost(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // It went away, or the system watches no more folders: Enter spins again all the same.
    }
  }

  #lost(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#changed(folder);
  }

  #counts(path: string): boolean {
    return this.#wanted.has(path) || this.#whole.some((folder) => path.startsWith(`${folder}/`));
  }
}
