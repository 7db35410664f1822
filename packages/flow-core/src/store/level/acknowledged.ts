/**
 * The newest number of each counter that somebody was given, in a file beside the database. The database had it by then, synced: one
 * that does not know it has lost what was acknowledged. A crash never leaves that, however its log ends.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from '../../environment/crc32';
import { temporaryName } from '../../environment/temporary';
import { keys } from '../kv/row-keys';

const FILE = 'acknowledged.json';

/** @param store its folder */
export function acknowledgedNumbers(store: string): Map<string, number> {
  try {
    const { sum, ...all } = Object(JSON.parse(readFileSync(join(store, FILE), 'utf8')));
    const numbers = Object.entries(all).filter(isNumber);
    // Earlier versions wrote none.
    return new Map(sum === undefined || sum === sumOf(numbers) ? numbers : []);
  } catch {
    return new Map();
  }
}

/** Call when the database has the number. Nothing is synced: without the file, a loss would only be told by `verify`. */
export function noteAcknowledged(store: string, counter: string, number: number): void {
  const temporary = join(store, temporaryName());
  try {
    const all = acknowledgedNumbers(store).set(counter, number);
    const note = { ...Object.fromEntries(all), sum: sumOf([...all]) };
    writeFileSync(temporary, JSON.stringify(note), { mode: 0o600 });
    renameSync(temporary, join(store, FILE));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** A text, which earlier versions pass over. What the file says must not be a number that nobody was given. */
const sumOf = (numbers: [string, number][]) => crc32(JSON.stringify(numbers)).toString(16);

const isNumber = (entry: [string, unknown]): entry is [string, number] =>
  entry[0].startsWith(keys.counter('')) && Number.isSafeInteger(entry[1]) && (entry[1] as number) > 0;
