/**
 * The logs of a database as its broker left them. LevelDB takes a log that ends early, or is not there, for what a crash left, and
 * says nothing: the tags that stood in it alone would be gone unseen. After a crash there is no such note.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'logs.json';

/** By name: how many bytes, and their sha1. */
type Logs = Record<string, [size: number, sha1: string]>;

/** Call when the database was closed and is whole. Without room there is no note. @param store its folder */
export function noteLogs(store: string): void {
  try {
    const db = join(store, 'db');
    const names = readdirSync(db).filter((name) => name.endsWith('.log'));
    const logs: Logs = Object.fromEntries(
      names.map((name) => {
        const bytes = readFileSync(join(db, name));
        return [name, [bytes.length, sha1(bytes)]];
      }),
    );
    writeFileSync(join(store, FILE), JSON.stringify(logs), { mode: 0o600 });
  } catch {}
}

/**
 * Bytes of logs that are not as they were left; 0 where that is not known. Call before the database is opened, which makes new
 * logs: so the note is taken away, lest whoever opens it dies, and the next one compares others.
 */
export function lostOfLogs(store: string): number {
  let logs: Logs;
  try {
    const file = join(store, FILE);
    logs = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
  } catch {
    return 0;
  }
  return Object.entries(logs ?? {}).reduce(
    (lost, [name, was]) =>
      Array.isArray(was) && !isThere(join(store, 'db', name), was) ? lost + was[0] : lost,
    0,
  );
}

/** Call when another database has taken the place of the one that was left. */
export function forgetLogs(store: string): void {
  rmSync(join(store, FILE), { force: true });
}

/** Something may follow it: LevelDB stops there. */
function isThere(log: string, [size, hash]: Logs[string]): boolean {
  try {
    return sha1(readFileSync(log).subarray(0, size)) === hash;
  } catch {
    return false;
  }
}

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
