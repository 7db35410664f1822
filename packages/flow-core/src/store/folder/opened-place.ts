/**
 * Where a database was opened. LevelDB opens its files by their paths: when the folder was moved away, or removed, it would go on in
 * whatever lies there now, and delete what it does not know.
 */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';

export class OpenedPlace {
  readonly #folder: string;
  readonly #lock: string;
  /** The file that its lock is on. While it is open, no other file has its number. */
  readonly id: string;

  /** @param folder of a database that this process has open */
  constructor(folder: string) {
    this.#folder = folder;
    this.#lock = join(folder, 'LOCK');
    this.id = this.#found() ?? '';
  }

  /** @throws FlowError FLOW_STORE_MOVED. It takes two microseconds. */
  require(): void {
    const found = this.#found();
    if (found === undefined || found !== this.id) throw movedStore(dirname(this.#folder));
  }

  #found(): string | undefined {
    try {
      const found = statSync(this.#lock, { throwIfNoEntry: false });
      return found && `${found.dev}:${found.ino}`;
    } catch {
      // It cannot be looked at, so nothing says that it is another one.
      return this.id;
    }
  }
}

/** @param store its folder */
export function movedStore(store: string): FlowError {
  return new FlowError(
    'FLOW_STORE_MOVED',
    `The store ${store} was moved, removed or replaced while it was in use, so nothing more is recorded or read there. What had been recorded is where the store is now: put it back, or name its place by --store=<folder>, and do it again.`,
    { exit: 1 },
  );
}
