/**
 * The logs of a database as its broker left them. LevelDB takes a log that ends early, or is not there, for what a crash left, and
 * says nothing: the tags that stood in it alone would be gone unseen. After a crash there is no such note. Whoever opens the
 * database gives it another manifest, so that a note of earlier logs says nothing any more.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'logs.json';

/** By name: how many bytes, and their sha1. */
type Logs = Record<string, [size: number, sha1: string]>;

interface Note {
  /** What {@link manifestOf} returned. */
  manifest: string;
  logs: Logs;
}

/** Names the state of a database, which changes each time that a process opens it. @param store its folder */
export function manifestOf(store: string): string {
  try {
    return readFileSync(join(store, 'db', 'CURRENT'), 'latin1').trim();
  } catch {
    return '';
  }
}

/**
 * Call when the database was closed and is whole. Without room there is no note.
 * @param store its folder
 * @param manifest of the database while this process had it open: another one may have it open by now
 */
export function noteLogs(store: string, manifest: string): void {
  try {
    const db = join(store, 'db');
    const names = readdirSync(db).filter((name) => name.endsWith('.log'));
    const logs: Logs = Object.fromEntries(
      names.map((name) => {
        const bytes = readFileSync(join(db, name));
        return [name, [bytes.length, sha1(bytes)]];
      }),
    );
    const note: Note = { manifest, logs };
    if (manifestOf(store) === manifest)
      writeFileSync(join(store, FILE), JSON.stringify(note), { mode: 0o600 });
  } catch {}
}

/** Bytes of logs that are not as they were left; undefined where nobody noted that. Call before the database is opened, which makes new logs. */
export function lostOfLogs(store: string): number | undefined {
  const { manifest, logs } = readNote(store);
  if (manifest === '' || manifest !== manifestOf(store)) return undefined;
  const lost = Object.entries(logs).reduce(
    (sum, [name, was]) => (Array.isArray(was) && !isThere(join(store, 'db', name), was) ? sum + was[0] : sum),
    0,
  );
  // Another process may have opened it meanwhile: then it has compared them.
  return manifest === manifestOf(store) ? lost : undefined;
}

function readNote(store: string): Note {
  try {
    const { manifest, logs } = JSON.parse(readFileSync(join(store, FILE), 'utf8'));
    if (typeof manifest === 'string') return { manifest, logs: Object(logs) };
  } catch {}
  return { manifest: '', logs: {} };
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
