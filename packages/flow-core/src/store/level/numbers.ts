/**
 * The highest number that was taken of each counter, in a file beside the database. A database that has lost its newest
 * records would give numbers out again, and old hand-overs, exports and notes would name other runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from '../folder/write-file';
import { checksum } from '../kv/checksum';

const FILE = 'numbers.json';

/** A number of a counter, and the nonce that it was given for. */
type Claim = [number: number, nonce: string];

/** The newest one, and earlier ones that the database did not know by then: their brokers had died. */
type Newest = [...Claim, earlier: Claim[]];

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
    const [number, of, before = []] = newest(counter, all[counter]);
    const isAgain = of === nonce && number > last;
    const known = isAgain ? before : [[number, of] satisfies Claim, ...before];
    const kind = nonce.slice(0, nonce.lastIndexOf('/') + 1);
    const earlier = known.filter(([one, whose]) => one > last && whose.startsWith(kind));
    if (isAgain) return { number, earlier };
    const next = Math.max(last, number) + 1;
    const now = summed(counter, [next, nonce, earlier]);
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
  return new Map(all.map(([counter, found]) => [counter, newest(counter, found)[0]]));
}

/** What is wrong with the file: it is not there, it is none, or these counters are not as they were written. @param store its folder */
export function damagedNumbers(store: string): 'missing' | 'unreadable' | string[] {
  const file = join(store, FILE);
  if (!existsSync(file)) return 'missing';
  const all = parsed(file);
  return all ? Object.keys(all).filter((counter) => !isWhole(counter, all[counter])) : 'unreadable';
}

/** Writes what is damaged or missing of the file anew. @param known the newest number of each counter that the database knows */
export function mendNumbers(store: string, known: ReadonlyMap<string, number>): void {
  const damaged = damagedNumbers(store);
  if (damaged.length === 0) return;
  const all = readNumbers(join(store, FILE));
  for (const counter of Object.keys(all)) if (!isWhole(counter, all[counter])) delete all[counter];
  for (const [counter, number] of known) all[counter] ??= summed(counter, [number, '', []]);
  writeFileWhole(join(store, FILE), JSON.stringify(all));
}

const readNumbers = (file: string): Record<string, unknown> => parsed(file) ?? {};

function parsed(file: string): Record<string, unknown> | undefined {
  try {
    const numbers: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const isObject = typeof numbers === 'object' && numbers !== null && !Array.isArray(numbers);
    return isObject ? (numbers as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** 0 where none was taken, or the file or this part of it was lost: then the database alone knows. */
function newest(counter: string, found: unknown): Newest {
  if (!isWhole(counter, found)) return [0, '', []];
  const [number, nonce, earlier] = found;
  return [number, nonce, Array.isArray(earlier) ? earlier.filter(isClaim) : []];
}

/** Earlier versions wrote no checksum. */
function isWhole(counter: string, found: unknown): found is [...Claim, earlier?: unknown] {
  if (!isClaim(found)) return false;
  const [number, nonce, earlier, sum] = found as unknown as [...Newest, sum?: number];
  return found.length < 4 || sum === sumOf(counter, [number, nonce, earlier]);
}

const summed = (counter: string, now: Newest): unknown => [...now, sumOf(counter, now)];
const sumOf = (counter: string, now: Newest) => checksum(counter, Buffer.from(JSON.stringify(now)));

const isClaim = (found: unknown): found is Claim =>
  Array.isArray(found) && Number.isSafeInteger(found[0]) && typeof found[1] === 'string';
