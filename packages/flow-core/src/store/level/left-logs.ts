/**
 * The logs of a database as its broker left them. LevelDB takes a log that ends early, or is not there, for what a crash left, and
 * says nothing: the tags that stood in it alone would be gone unseen. After a crash there is no such note. Whoever opens the
 * database gives it another manifest, so that a note of earlier logs says nothing any more.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from '../../environment/crc32';

const FILE = 'logs.json';

/** By name: how many bytes, and their sha1. */
type Logs = Record<string, [size: number, sha1: string]>;

interface Note {
  /** What {@link manifestOf} returned. */
  manifest: string;
  /** Bytes of the manifest. Notes of earlier versions have none. */
  size?: number;
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
    const { size } = statSync(join(db, manifest));
    const note: Note = { manifest, size, logs };
    const sum = sumOf(note);
    if (manifestOf(store) === manifest)
      writeFileSync(join(store, FILE), JSON.stringify({ ...note, sum }), { mode: 0o600 });
  } catch {}
}

/** The manifest that was left last, as long as it was by then, with the names of the logs. */
export function notedManifest(store: string): { name: string; size: number; logs: string[] } | undefined {
  const { manifest, size, logs } = readNote(store);
  return manifest === '' ? undefined : { name: manifest, size: size ?? 0, logs: Object.keys(logs) };
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
    const { manifest, size, logs, sum } = JSON.parse(readFileSync(join(store, FILE), 'utf8'));
    // Earlier versions wrote none.
    const isWhole = sum === undefined || sum === sumOf({ manifest, size, logs });
    if (isWhole && typeof manifest === 'string')
      return { manifest, logs: Object(logs), ...(Number.isFinite(size) ? { size } : {}) };
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

const sumOf = ({ manifest, size, logs }: Note) => crc32(JSON.stringify([manifest, size, logs]));

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
