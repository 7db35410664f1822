/**
 * An older CURRENT with its manifest, put back alone. LevelDB takes the tables that came later for those of a merge that was killed: it
 * would delete them when it opens the database.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { Manifest } from '../salvage/manifest';
import { forgetLogs, notedManifest } from './left-logs';

/** `MANIFEST-000012` */
const MANIFEST = /^MANIFEST-(\d+)$/;

/**
 * Call before a database is opened.
 * @throws FlowError FLOW_STORE_CORRUPT; nothing was changed then
 */
export async function requireNewestManifest(folder: string): Promise<void> {
  const current = currentOf(folder);
  const noted = comparedToNoted(folder, current);
  const later = namesIn(folder).filter((name) => MANIFEST.test(name) && numberOf(name) > numberOf(current));
  if (noted === 'the same' && later.length === 0) return;
  const { readManifest } = await import('../salvage/manifest');
  const manifest = readManifest(folder);
  // LevelDB says what is wrong with it.
  if (!manifest || manifest.isDamaged) return;
  const newer = namesIn(folder).filter(
    (name) => /^(MANIFEST-\d+|\d+\.(ldb|log|sst))$/.test(name) && numberOf(name) >= manifest.next,
  );
  const tables = newer.filter((name) => !/^M|log$/.test(name));
  const isOlder =
    (noted === 'before' && newer.length > 0) ||
    (tables.length > 0 && isGone(folder, manifest)) ||
    later.some((name) => wasUsed(folder, readManifest(folder, name)));
  if (!isOlder) return;
  // Another process may have it open, and have changed all that meanwhile.
  const now = readManifest(folder);
  if (currentOf(folder) !== current || now?.next !== manifest.next || now.log !== manifest.log) return;
  throw olderManifest(folder, current, newer);
}

/** Call when the database was opened. A copy of it that took its place as a whole has smaller numbers. */
export function forgetOlderNote(folder: string): void {
  if (comparedToNoted(folder, currentOf(folder)) === 'before') forgetLogs(dirname(folder));
}

/** `before`: the last broker left a later manifest, or more of this one. A crash after that leaves no note, and other logs. */
function comparedToNoted(folder: string, current: string): 'before' | 'the same' | 'later' {
  const noted = notedManifest(dirname(folder));
  if (!noted || !MANIFEST.test(current)) return 'later';
  if (noted.name !== current) return numberOf(noted.name) > numberOf(current) ? 'before' : 'later';
  const found = statSync(join(folder, current), { throwIfNoEntry: false });
  if (found !== undefined && found.size < noted.size) return 'before';
  return noted.logs.every((name) => existsSync(join(folder, name))) ? 'the same' : 'later';
}

/** LevelDB deletes the log that a manifest names when a later one says so. */
const isGone = (folder: string, { log }: Manifest) => log > 0 && sizeOf(folder, log) === undefined;

/** LevelDB writes a manifest before CURRENT names it: one of which the log has records was named. */
const wasUsed = (folder: string, manifest: Manifest | undefined) =>
  manifest !== undefined && (sizeOf(folder, manifest.log) ?? 0) > 0;

const sizeOf = (folder: string, log: number) =>
  statSync(join(folder, `${String(log).padStart(6, '0')}.log`), { throwIfNoEntry: false })?.size;

const numberOf = (name: string) => Number(/\d+/.exec(name)?.[0]);

function currentOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'CURRENT'), 'latin1').trim();
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function olderManifest(folder: string, current: string, newer: readonly string[]): FlowError {
  const files = newer.length === 1 ? `${newer[0]}, a file` : `${newer.length} files`;
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The database ${folder} is damaged: its files CURRENT and ${current} are from an earlier time than ${files} beside them, which would be lost when it is opened. Nothing was changed: restore the folder from a copy as a whole, or salvage what is there by nx-flow verify --repair.`,
    { exit: 1 },
  );
}
