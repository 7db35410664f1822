/** Checks whether files changed, without reading them. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The stamps of some files, at one time. */
export interface FileStamps {
  /** One for each existing file. */
  files: Record<string, string>;
  /** Missing names, by folder. They are still missing while the folder has the same stamp. */
  absent: Record<string, { stamp: string; names: string[] }>;
}

/** A time stamp is reliable only when it is older than this: a file may change twice within one tick. */
const SETTLED_MS = 50;

/** A stamp that never equals another. */
export const UNSETTLED = '';
const NOTHING = 'nothing';

/** The stamps of unknown files: they never hold. */
export const UNKNOWN: FileStamps = { files: { '': UNSETTLED }, absent: {} };

/** Stamps of files. Each file is checked once. */
export class Stamps {
  readonly #known = new Map<string, string>();
  readonly #now = Date.now();

  of(path: string): string {
    let stamp = this.#known.get(path);
    if (stamp === undefined) {
      stamp = this.#look(path);
      this.#known.set(path, stamp);
    }
    return stamp;
  }

  /** @param present whether a file existed when it was read */
  take(files: readonly string[], present: (file: string) => boolean): FileStamps {
    const stamps: FileStamps = { files: {}, absent: {} };
    for (const file of files) {
      // What a link leads to may come without a change of the link's folder.
      if (present(file) || isLink(file)) stamps.files[file] = this.of(file);
      else {
        const { folder, name } = this.#missing(file);
        stamps.absent[folder] ??= { stamp: this.of(folder), names: [] };
        const { names } = stamps.absent[folder] as { names: string[] };
        if (!names.includes(name)) names.push(name);
      }
    }
    return stamps;
  }

  /** Whether nothing changed. */
  same(before: FileStamps): boolean {
    return this.#current(before) !== undefined;
  }

  /** What was read from files, if it still holds: itself, or with new stamps of folders. */
  upToDate<T extends { stamps: FileStamps }>(known: T | undefined): T | undefined {
    const stamps = known && this.#current(known.stamps);
    return known && stamps && (stamps === known.stamps ? known : { ...known, stamps });
  }

  /** The stamps if nothing changed. A folder in which only other files came or went has its new stamp. */
  #current(before: FileStamps): FileStamps | undefined {
    for (const file in before.files) {
      const stamp = before.files[file];
      if (stamp === UNSETTLED || this.of(file) !== stamp) return undefined;
    }
    let { absent } = before;
    for (const folder in before.absent) {
      const { stamp, names } = before.absent[folder] as FileStamps['absent'][string];
      const now = this.of(folder);
      if (stamp !== UNSETTLED && stamp === now) continue;
      if (names.some((name) => this.of(join(folder, name)) !== NOTHING)) return undefined;
      absent = { ...absent, [folder]: { stamp: now, names } };
    }
    return absent === before.absent ? before : { ...before, absent };
  }

  /**
   * The name that has to come into a folder before a missing file can exist: below a missing folder, the folder's. A
   * link that leads nowhere is such a folder itself, since what it leads to may come anywhere.
   */
  #missing(file: string): { folder: string; name: string } {
    let [folder, name] = [dirname(file), basename(file)];
    while (this.of(folder) === NOTHING && !isLink(folder))
      [folder, name] = [dirname(folder), basename(folder)];
    return { folder, name };
  }

  #look(path: string): string {
    let found: Stats | undefined;
    try {
      found = statSync(path, { throwIfNoEntry: false });
    } catch {
      // When a parent of the path is a file, there is nothing.
    }
    if (!found) return NOTHING;
    // A file that changed after this began may have been read before the change.
    const settled = this.#now - Math.max(found.mtimeMs, found.ctimeMs) > SETTLED_MS;
    return settled ? `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}` : UNSETTLED;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
