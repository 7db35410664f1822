/**
 * The highest number that was taken of each counter, in a file beside the database. A database that has lost its newest
 * records would give numbers out again, and old hand-overs, exports and notes would name other runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from './write-file';

const FILE = 'numbers.json';

/** The newest number of a counter, and the nonce that it was given for. */
type Newest = [number: number, nonce: string];

export class Numbers {
  readonly #file: string;

  /** @param store its folder */
  constructor(store: string) {
    this.#file = join(store, FILE);
  }

  /**
   * The next number of a counter, in the file and synced before it returns. The same nonce gets the same number again, where
   * it was the newest: a broker may have died between the file and the database.
   * @param last the newest number that the database knows
   */
  next(counter: string, nonce: string, last: number): number {
    const all = this.#read();
    const [number, of] = newest(all[counter]);
    if (of === nonce && number > last) return number;
    const next = Math.max(last, number) + 1;
    writeFileWhole(this.#file, JSON.stringify({ ...all, [counter]: [next, nonce] satisfies Newest }));
    return next;
  }

  #read(): Record<string, unknown> {
    return readNumbers(this.#file);
  }
}

/** The newest number of each counter that is noted beside the database. @param store its folder */
export function newestNumbers(store: string): Map<string, number> {
  const all = Object.entries(readNumbers(join(store, FILE)));
  return new Map(all.map(([counter, found]) => [counter, newest(found)[0]]));
}

function readNumbers(file: string): Record<string, unknown> {
  try {
    const numbers: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof numbers === 'object' && numbers !== null ? (numbers as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** 0 where none was taken, or the file was lost: then the database alone knows. */
function newest(found: unknown): Newest {
  const [number, nonce] = Array.isArray(found) ? found : [];
  return Number.isSafeInteger(number) && typeof nonce === 'string' ? [number, nonce] : [0, ''];
}
