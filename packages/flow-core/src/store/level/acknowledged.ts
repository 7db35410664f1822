/**
 * The newest number of each counter that somebody was given, in a file beside the database. The database had it by then, synced: one
 * that does not know it has lost what was acknowledged. A crash never leaves that, however its log ends.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryName } from '../../environment/temporary';

const FILE = 'acknowledged.json';

/** @param store its folder */
export function acknowledgedNumbers(store: string): Map<string, number> {
  try {
    const all: unknown = JSON.parse(readFileSync(join(store, FILE), 'utf8'));
    return new Map(Object.entries(Object(all)).filter(isNumber));
  } catch {
    return new Map();
  }
}

/** Call when the database has the number. Nothing is synced: without the file, a loss would only be told by `verify`. */
export function noteAcknowledged(store: string, counter: string, number: number): void {
  const temporary = join(store, temporaryName());
  try {
    const all = acknowledgedNumbers(store).set(counter, number);
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(all)), { mode: 0o600 });
    renameSync(temporary, join(store, FILE));
  } catch {
    rmSync(temporary, { force: true });
  }
}

const isNumber = (entry: [string, unknown]): entry is [string, number] =>
  Number.isSafeInteger(entry[1]) && (entry[1] as number) > 0;
