/**
 * Tells when one of some files may have changed, also one that is not there yet. Folders are watched, not files: editors replace
 * a file by renaming another.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

interface Watched {
  watcher: FSWatcher;
  /** Which folder it is: another one may take its place. */
  id: string;
}

export class Folders {
  readonly #workspace: string;
  readonly #changed: (path: string) => void;
  readonly #watched = new Map<string, Watched>();
  /** The files, and the folders on the way to them. */
  #wanted = new Set<string>();
  #counts: (path: string) => boolean = () => false;

  /** @param changed called with a path that may have changed: a file, or a folder on the way to one */
  constructor(workspace: string, changed: (path: string) => void) {
    this.#workspace = workspace;
    this.#changed = changed;
  }

  /**
   * Watches these from now on, and nothing else.
   * @param files absolute paths @param counts whether another path in one of the folders counts
   * @returns whether folders are watched now that were not before: what changed in them until now was not heard
   */
  watch(files: Iterable<string>, folders: Iterable<string>, counts: (path: string) => boolean): boolean {
    this.#wanted = new Set();
    this.#counts = counts;
    const all = new Set<string>();
    const add = (folder: string) => {
      // Those above the workspace are everybody's, and always busy.
      if (all.has(folder) || !isOther(folder, this.#workspace)) return;
      all.add(folder);
      this.#wanted.add(folder);
      if (folder !== this.#workspace) add(dirname(folder));
    };
    for (const file of files) {
      this.#wanted.add(file);
      add(dirname(file));
    }
    for (const folder of folders) add(folder);
    for (const [folder, { watcher, id }] of this.#watched) {
      if (all.has(folder) && id === idOf(folder)) continue;
      watcher.close();
      this.#watched.delete(folder);
    }
    let more = false;
    for (const folder of all) if (!this.#watched.has(folder)) more = this.#open(folder) || more;
    return more;
  }

  close(): void {
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #open(folder: string): boolean {
    const id = idOf(folder);
    // Not there: the one above tells when it comes.
    if (id === undefined) return false;
    try {
      const watcher = watch(folder, (_, name) => this.#heard(folder, name));
      watcher.on('error', () => this.#changed(folder));
      this.#watched.set(folder, { watcher, id });
      return true;
    } catch {
      // The system watches no more folders: those are looked at now and then.
      return false;
    }
  }

  #heard(folder: string, name: string | null): void {
    // What happens to the folder itself comes under its own name.
    if (name === null || (name === basename(folder) && this.#watched.get(folder)?.id !== idOf(folder)))
      this.#changed(folder);
    else {
      const path = join(folder, name);
      if (this.#wanted.has(path) || this.#counts(path)) this.#changed(path);
    }
  }
}

/** Whether a folder is neither above another one nor the root of the file system. */
function isOther(folder: string, than: string): boolean {
  return folder !== dirname(folder) && !than.startsWith(folder + sep);
}

function idOf(folder: string): string | undefined {
  try {
    const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
    // One that is made in its place may get its number.
    return stats?.isDirectory() ? `${stats.dev} ${stats.ino} ${stats.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
