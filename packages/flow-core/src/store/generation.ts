/**
 * A name for the state of a store, in a file beside its database: as long as the name is the same, nothing was written.
 * Whoever keeps something computed from the store can tell that it still holds without opening the store.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'generation';

/** Undefined for a store that is not there, or that nobody has asked for its name yet. */
export function readGeneration(store: string): string | undefined {
  try {
    return readFileSync(join(store, FILE), 'utf8');
  } catch {
    return undefined;
  }
}

/** The side of the one process that writes. */
export class Generation {
  readonly #store: string;
  /** Whether somebody may hold the present name: then the next write has to change it. */
  #given = true;

  constructor(store: string) {
    this.#store = store;
  }

  /** The present name; the next write will change it. */
  name(): string {
    const name = readGeneration(this.#store) ?? this.#renew();
    this.#given = true;
    return name;
  }

  /** Before a write begins. Synced: a name that outlived a crash must not stand for a state that came after it. */
  written(): void {
    if (!this.#given) return;
    this.#renew();
    this.#given = false;
  }

  #renew(): string {
    const name = randomBytes(12).toString('hex');
    const file = join(this.#store, FILE);
    const temporary = `${file}.${process.pid}`;
    try {
      const fd = openSync(temporary, 'w');
      try {
        writeSync(fd, name);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    return name;
  }
}
