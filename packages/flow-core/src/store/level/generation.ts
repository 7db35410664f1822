/**
 * A name for the state of a store, in a file next to its database. While the name is the same, nothing was
 * written. A cache of results from the store can check that they are still valid without opening the store.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from '../folder/write-file';

const FILE = 'generation';

/** Returns undefined for a store that does not exist or whose name was never read. */
export function readGeneration(store: string): string | undefined {
  try {
    return readFileSync(join(store, FILE), 'utf8');
  } catch {
    return undefined;
  }
}

/** The generation in the one process that writes. */
export class Generation {
  readonly #store: string;
  /** Whether a reader may have the current name. Then the next write must change it. */
  #given = true;

  constructor(store: string) {
    this.#store = store;
  }

  /** Returns the current name. The next write will change it. */
  name(): string {
    const name = readGeneration(this.#store) ?? this.#renew();
    this.#given = true;
    return name;
  }

  /** Call before a write. The file is synced: a name that survives a crash must not name a later state. */
  written(): void {
    if (!this.#given) return;
    this.#renew();
    this.#given = false;
  }

  #renew(): string {
    const name = randomBytes(12).toString('hex');
    const file = join(this.#store, FILE);
    writeFileWhole(file, name);
    return name;
  }
}
