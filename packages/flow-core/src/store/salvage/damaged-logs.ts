/**
 * Keeps damaged logs. LevelDB drops what it cannot read of them, and then the logs: a repair still reads what they hold. They lie in
 * the database's folder, and go with it.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { damagedBytes } from './log-check';
import { readManifest } from './manifest';

const FOLDER = 'damaged-logs';
const isLog = (name: string) => /^\d+\.log$/.test(name);

/** How many bytes of the logs are damaged; 0 where only that something is lost is known. Undefined for whole ones. */
export function lookAtLogs(db: string): number | undefined {
  const bytes = namesIn(db)
    .filter(isLog)
    .reduce((sum, name) => sum + damagedBytes(readFileSync(join(db, name))), 0);
  if (bytes > 0) return bytes;
  // The manifest names the log that was written last.
  const { log = 0 } = readManifest(db) ?? {};
  return log > 0 && !existsSync(join(db, `${String(log).padStart(6, '0')}.log`)) ? 0 : undefined;
}

/** Logs that were set aside before the database is opened. */
export class KeptLogs {
  readonly #db: string;
  readonly #folder: string;

  /** Without room, nothing is kept: what can be read is read all the same. */
  constructor(db: string) {
    this.#db = db;
    this.#folder = join(db, FOLDER, `new-${process.pid}`);
    const logs = namesIn(db).filter(isLog);
    if (logs.length === 0) return;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      for (const name of logs) keep(join(db, name), join(this.#folder, name));
    } catch {
      this.drop();
    }
  }

  /** Call when the database was opened: what it holds by now is older than whatever is written from then on. */
  opened(): void {
    const { sequence } = readManifest(this.#db) ?? {};
    try {
      if (sequence !== undefined)
        renameSync(this.#folder, join(this.#db, FOLDER, `${sequence}-${Date.now()}`));
    } catch {}
  }

  /** Call when it could not be opened. */
  drop(): void {
    try {
      rmSync(this.#folder, { recursive: true, force: true });
    } catch {}
  }
}

function keep(log: string, to: string): void {
  try {
    // LevelDB does not write to it any more.
    linkSync(log, to);
  } catch {
    copyFileSync(log, to);
  }
}

export interface KeptLog {
  path: string;
  /** The largest sequence of the database when it had been opened without the log. */
  sequence: number;
}

/** All that were kept, each once, in the order in which they were damaged. */
export function keptLogs(db: string): KeptLog[] {
  const kept = new Map<string, KeptLog>();
  for (const folder of namesIn(join(db, FOLDER))) {
    const sequence = /^\d/.test(folder) ? Number.parseInt(folder, 10) : Number.POSITIVE_INFINITY;
    for (const name of namesIn(join(db, FOLDER, folder)).filter(isLog))
      if (sequence < (kept.get(name)?.sequence ?? Number.POSITIVE_INFINITY) || !kept.has(name))
        kept.set(name, { path: join(db, FOLDER, folder, name), sequence });
  }
  return [...kept.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
