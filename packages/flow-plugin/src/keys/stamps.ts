/** Whether files are as they were, without reading them. */
import { type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The stamps of some files, at one time. */
export interface FileStamps {
  /** One for each file that was there. */
  files: Record<string, string>;
  /** Names that were looked for and not found, by folder: none has come while its folder has the same stamp. */
  absent: Record<string, { stamp: string; names: string[] }>;
}

/** Time stamps tell whether a file changed, unless it changed this instant: then it may again within the same tick. */
const SETTLED_MS = 50;

/** A stamp that nothing has a second time. */
export const UNSETTLED = '';
const NOTHING = 'nothing';

/** Looks at each file once. */
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

  /** @param present Those of the files that were there when they were read. */
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

  /** A folder in which something else has come or gone gets its new stamp. */
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
      // Where a folder was looked for and a file lies, there is nothing.
    }
    if (!found) return NOTHING;
    // What changed since this began may have been read before.
    const settled = this.#now - Math.max(found.mtimeMs, found.ctimeMs) > SETTLED_MS;
    return settled ? `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}` : UNSETTLED;
  }
}
