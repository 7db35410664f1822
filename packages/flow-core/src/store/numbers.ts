/**
 * The highest number that was taken of each counter, in a file beside the database. A database that has lost its newest
 * records would give numbers out again, and old hand-overs, exports and notes would name other runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from './write-file';

const FILE = 'numbers.json';

/** A number of a counter, and the nonce that it was given for. */
type Claim = [number: number, nonce: string];

/** The newest one, and earlier ones that the database did not know by then: their brokers had died. */
type Newest = [...Claim, earlier?: Claim[]];

export interface Taken {
  number: number;
  /** What the database does not know: whoever asks for one again gets it, and none counts as lost. */
  earlier: Claim[];
}

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
  next(counter: string, nonce: string, last: number): Taken {
    const all = this.#read();
    const [number, of, before = []] = newest(all[counter]);
    const isAgain = of === nonce && number > last;
    const known = isAgain ? before : [[number, of] satisfies Claim, ...before];
    const kind = nonce.slice(0, nonce.lastIndexOf('/') + 1);
    const earlier = known.filter(([one, whose]) => one > last && whose.startsWith(kind));
    if (isAgain) return { number, earlier };
    const next = Math.max(last, number) + 1;
    const now: Newest = earlier.length > 0 ? [next, nonce, earlier] : [next, nonce];
    writeFileWhole(this.#file, JSON.stringify({ ...all, [counter]: now }));
    return { number: next, earlier };
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
  if (!isClaim(found)) return [0, ''];
  const [number, nonce, earlier] = found as unknown[];
  return [number as number, nonce as string, Array.isArray(earlier) ? earlier.filter(isClaim) : []];
}

const isClaim = (found: unknown): found is Claim =>
  Array.isArray(found) && Number.isSafeInteger(found[0]) && typeof found[1] === 'string';
