/**
 * Removes files of the CAS that no record refers to. A file that is new, or was stored again, stays for an hour, and what was
 * stored since a run or an import that goes on began: whoever stored it may not have recorded it yet.
 */
import { lstatSync, readdirSync, renameSync, rmSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOST } from '../../store/folder/set-aside';
import { type Kv, scan } from '../../store/kv/kv';
import { prefixRange } from '../../store/kv/row-keys';
import { storingSince } from '../../store/rows/pins';
import { IN_FILES, unpackArtifact } from '../../store/rows/records';
import type { Store } from '../../store/store';
import { endKilled } from './killed';

/** How long a file counts as new. Milliseconds. */
export const NEW_MS = 60 * 60 * 1000;

/** Records in one page: some have 32 KB, which the broker reads. */
const PAGE = 128;

const SHA256 = /^[0-9a-f]{64}$/;

/** Behind the name of a file that is being removed. */
const ASIDE = '.removing';

export interface Swept {
  files: number;
  bytes: number;
  /** What nothing refers to, and is new. */
  young: {
    files: number;
    bytes: number;
    /** Some are old: whoever stored them may come back after a broker's start. */
    unsure?: boolean;
  };
}

export interface SweepOptions {
  newMs?: number;
  /** Only these. */
  only?: ReadonlySet<string>;
  /** Says what would go. */
  dryRun?: boolean;
  /** Nothing can be written: what was stored since then stays, whoever else may come back. Milliseconds since 1970. */
  unwritten?: number;
  /** Whether a record will not be there, by its key: for a dry run. */
  isGone?(key: string): boolean;
}

/** @returns what went; nothing for a CAS in memory */
export async function sweepBlobs(
  { kv, cas, holds }: Pick<Store, 'kv' | 'cas' | 'holds'>,
  { newMs = NEW_MS, only, dryRun = false, unwritten, isGone }: SweepOptions = {},
): Promise<Swept> {
  const swept: Swept = { files: 0, bytes: 0, young: { files: 0, bytes: 0 } };
  if (!cas.path || only?.size === 0) return swept;
  const folder = dirname(dirname(cas.path('0'.repeat(64))));
  // Asked before the records are read: who has ended by then has recorded all. Who begins later stores new files, by this clock.
  const now = Date.now();
  const storing = await storingSince(holds, now, unwritten !== undefined);
  const newSince = Math.min(now - newMs, storing.since, unwritten ?? now);
  if (!dryRun && unwritten === undefined) await endKilled({ kv, holds });
  // Listed before, too: what comes later is not looked at.
  const files = only
    ? [...only].map((hash) => (cas.path as (hash: string) => string)(hash))
    : filesIn(folder);
  const named = await hashesIn(kv, isGone);
  for (const path of files) {
    const hash = path.slice(-64);
    if (path.endsWith(LOST)) {
      const found = lostFile(path, named, newSince);
      if (!found || !(dryRun || remove(path))) continue;
      swept.files++;
      swept.bytes += found.size;
      continue;
    }
    if (!SHA256.test(hash)) {
      if (!dryRun) restore(path, named, newSince);
      continue;
    }
    if (named.has(hash)) continue;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) continue;
    // Bytes that lie in the store of persisted spins too take no room of their own.
    const bytes = found.nlink > 1 ? 0 : found.size;
    const isNew = found.mtimeMs > newSince;
    if (isNew || !(dryRun || removeUnlessNew(path, newSince))) {
      swept.young.files++;
      swept.young.bytes += bytes;
      if (storing.unsure && found.mtimeMs <= now - newMs) swept.young.unsure = true;
      continue;
    }
    swept.files++;
    swept.bytes += bytes;
  }
  return swept;
}

/** The hashes that records name. @param isGone leaves records out, by their keys */
export async function hashesIn(kv: Kv, isGone?: (key: string) => boolean): Promise<Set<string>> {
  const named = new Set<string>();
  for await (const [key, value] of scan(kv, { ...prefixRange('artifact/'), having: IN_FILES }, PAGE)) {
    if (value.length === 0 || isGone?.(key)) continue;
    const { hash } = unpackArtifact(value);
    if (hash !== undefined) named.add(hash);
  }
  return named;
}

/**
 * Moved aside first, and looked at once more: whoever stores the same bytes again either has made the file a new one before, or
 * finds none and writes one.
 */
function removeUnlessNew(path: string, newSince: number): boolean {
  const aside = `${path}${ASIDE}`;
  try {
    renameSync(path, aside);
    if (lstatSync(aside).mtimeMs > newSince) {
      renameSync(aside, path);
      return false;
    }
    rmSync(aside);
    return true;
  } catch {
    return false;
  }
}

/** What a repair set aside long ago, where nobody asks for it: the file is whole again, or no record names it. */
function lostFile(path: string, named: ReadonlySet<string>, newSince: number): Stats | undefined {
  const whole = path.slice(0, -LOST.length);
  if (named.has(whole.slice(-64)) && !lstatSync(whole, { throwIfNoEntry: false })) return undefined;
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found && found.mtimeMs <= newSince ? found : undefined;
}

function remove(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What a killed one had moved aside. */
function restore(path: string, named: ReadonlySet<string>, newSince: number): void {
  if (!path.endsWith(ASIDE)) return;
  const whole = path.slice(0, -ASIDE.length);
  try {
    const isWanted = named.has(whole.slice(-64)) || lstatSync(path).mtimeMs > newSince;
    if (isWanted && !lstatSync(whole, { throwIfNoEntry: false })) renameSync(path, whole);
    else rmSync(path);
  } catch {}
}

/** The files of a CAS in its folder. */
export function filesIn(folder: string): string[] {
  return list(folder)
    .filter((group) => /^[0-9a-f]{2}$/.test(group))
    .flatMap((group) => list(join(folder, group)).map((name) => join(folder, group, name)));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
