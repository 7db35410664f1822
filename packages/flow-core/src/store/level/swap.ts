/**
 * Puts a repaired database in the place of a damaged one. The new one is moved into the old one's folder first, so that its two
 * moves can be ended by whoever comes next: between them there is no database, and the old folder says which one comes.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../folder/write-file';
import { hasDatabase } from './database';
import { forgetLogs } from './left-logs';

/** The old database, with the time of the repair in its name. */
const OLD = /^db\.before-repair-/;
/** In the old one's folder, until the old one has moved. */
const NEW = 'repaired';

/**
 * @param fresh the new database's folder, on the same disk, synced
 * @param at milliseconds since 1970
 * @returns where the old database is now
 */
export function swapDatabase(store: string, fresh: string, at: number): string {
  const db = join(store, 'db');
  const old = join(store, `db.before-repair-${new Date(at).toISOString().replace(/[:.]/g, '-')}`);
  rmSync(join(db, NEW), { recursive: true, force: true });
  renameSync(fresh, join(db, NEW));
  syncFolder(db);
  renameSync(db, old);
  finishSwap(store);
  return old;
}

/** Ends what a killed process began. Call where a store has no database. Returns whether it has one then. */
export function finishSwap(store: string): boolean {
  const db = join(store, 'db');
  const fresh = namesIn(store)
    .filter((name) => OLD.test(name))
    .map((name) => join(store, name, NEW))
    .find((folder) => existsSync(folder));
  if (fresh === undefined) return hasDatabase(db);
  try {
    // LevelDB makes a folder, with a lock and a list of messages, where it finds no database.
    if (!hasDatabase(db)) rmSync(db, { recursive: true, force: true });
    // Its logs are others than those that the last broker left.
    forgetLogs(store);
    renameSync(fresh, db);
    syncFolder(store);
  } catch (error) {
    // Another process did it.
    if (existsSync(fresh)) throw error;
  }
  return true;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
