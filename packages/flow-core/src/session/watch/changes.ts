/** Hears of changed files: from the system, some of whose news get lost, and by a look at all of them now and then. */
import { Folders, type FoldersListener } from './folders';

/** How long a burst of changes may last: editors write a file in several steps. Milliseconds. */
export const DEBOUNCE_MS = 40;

/** A burst that does not end is looked at all the same. Milliseconds. */
const LONGEST_MS = 500;

/** The time between looks at all files. Milliseconds. */
const SWEEP_MS = 1000;

/** A look at all files takes at most one part in so many of the time. */
const SHARE = 50;

export interface ChangesListener extends Pick<FoldersListener, 'refused'> {
  /** A file has changed, or seems to have: what is looked at now may be half of it. */
  noted(): void;
  /** A burst of changes is over. @param since when the first was heard of; milliseconds since 1970 */
  changed(paths: readonly string[], since: number): void;
  /** Looks at all files: which are others than when they were last read. */
  sweep(): readonly string[];
}

export class Changes {
  readonly folders: Folders;
  readonly #listener: ChangesListener;
  readonly #paths = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #first = 0;
  #sweeping: NodeJS.Timeout;

  constructor(workspace: string, listener: ChangesListener) {
    this.#listener = listener;
    this.folders = new Folders(workspace, {
      changed: (path) => this.note(path),
      refused: (why) => listener.refused(why),
    });
    this.#sweeping = setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  /** A file may have changed. */
  note(path: string): void {
    if (this.#paths.size === 0) this.#first = Date.now();
    this.#paths.add(path);
    this.#listener.noted();
    clearTimeout(this.#timer);
    const left = this.#first + LONGEST_MS - Date.now();
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, Math.min(DEBOUNCE_MS, left)));
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#sweeping);
    this.folders.close();
  }

  #tell(): void {
    const paths = [...this.#paths];
    this.#paths.clear();
    this.#listener.changed(paths, this.#first);
  }

  #sweep(): void {
    const begun = performance.now();
    // What is about to be looked at needs no other look.
    if (this.#paths.size === 0) for (const path of this.#listener.sweep()) this.note(path);
    const tookMs = performance.now() - begun;
    this.#sweeping = setTimeout(() => this.#sweep(), Math.max(SWEEP_MS, tookMs * SHARE));
  }
}
