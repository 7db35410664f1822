/** Checks whether files changed, without reading them. */
import { type Stats, statSync } from 'node:fs';
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
      if (present(file)) stamps.files[file] = this.of(file);
      else {
        const folder = dirname(file);
        stamps.absent[folder] ??= { stamp: this.of(folder), names: [] };
        stamps.absent[folder]?.names.push(basename(file));
      }
    }
    return stamps;
  }

  /** Whether nothing changed. A folder in which only other files came or went gets its new stamp. */
  same(before: FileStamps): boolean {
    for (const [file, stamp] of Object.entries(before.files)) {
      if (stamp === UNSETTLED || this.of(file) !== stamp) return false;
    }
    for (const [folder, was] of Object.entries(before.absent)) {
      const stamp = this.of(folder);
      if (was.stamp !== UNSETTLED && was.stamp === stamp) continue;
      if (was.names.some((name) => this.of(join(folder, name)) !== NOTHING)) return false;
      was.stamp = stamp;
    }
    return true;
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
