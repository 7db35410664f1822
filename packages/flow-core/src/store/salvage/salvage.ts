/**
 * Reads a database without LevelDB: every record that its files hold and whose checksum is right, whatever else is damaged. Nothing
 * is written. LevelDB's own repair would put its blocks back as they are, with records that were removed and without those behind a
 * damaged place.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSealed, unsealed } from '../kv/checksum';
import { keptLogs } from './damaged-logs';
import { logVersions } from './log';
import { readManifest } from './manifest';
import { merged } from './merge';
import { isStrange } from './named-table';
import { Table } from './table';
import { inOrder, type Version } from './version';

export interface Salvaged {
  key: string;
  /** Undefined where the database has the key, and no value whose checksum is right. */
  value: Uint8Array | undefined;
  /** It is not the newest, which is damaged. */
  isOlder: boolean;
}

/** The records in the order of their keys. @param folder the database's */
export function* salvaged(folder: string): Generator<Salvaged, void, undefined> {
  let versions: Version[] = [];
  for (const version of newestFirst(folder)) {
    const [first] = versions;
    if (first && first.key !== version.key) {
      yield* chosen(versions);
      versions = [];
    }
    versions.push(version);
  }
  yield* chosen(versions);
}

/** Each version that is there, by its key, the newest first. */
function newestFirst(folder: string): Iterable<Version> {
  const names = readdirSync(folder).sort();
  const manifest = readManifest(folder);
  const tables = names
    .filter((name) => /^\d+\.(ldb|sst)$/.test(name) && !isStrange(join(folder, name), name, manifest))
    .map((name) => new Table(join(folder, name)));
  // Logs and damaged blocks have no order, and are small.
  const others: Version[] = [];
  for (const table of tables) for (const version of table.damaged()) others.push(kept(version));
  for (const name of names.filter((one) => /^\d+\.log$/.test(one)))
    for (const version of logVersions(join(folder, name))) others.push(version);
  const dropped = keptLogs(folder);
  const bounds = [...new Set(dropped.map(({ sequence }) => sequence))];
  const fromDropped = dropped.flatMap(({ path, sequence }) => [
    ...inEras(
      logVersions(path),
      bounds.filter((bound) => bound < sequence),
    ),
  ]);
  const all = [...inEras(others, bounds), ...fromDropped].sort(inOrder);
  return merged([...tables.map((table) => inEras(table.whole(), bounds)), all]);
}

/** More than any sequence. */
const ERA = 2 ** 48;

/**
 * LevelDB gives the sequences of what it dropped to what is written next: that is later all the same.
 * @param bounds the largest sequences before each time that something was dropped
 */
function* inEras(
  versions: Iterable<Version>,
  bounds: readonly number[],
): Generator<Version, void, undefined> {
  for (const version of versions) {
    const era = bounds.filter((bound) => bound < version.sequence).length;
    yield era === 0 ? version : { ...version, sequence: version.sequence + era * ERA };
  }
}

/** Without the block that it is a part of. */
function kept({ value, ...version }: Version): Version {
  return { ...version, value: value && new Uint8Array(value) };
}

/**
 * The newest version counts, also where it is a removal. Where it is damaged, an older one does not take its place, unless it says
 * nothing else: a task has one row when it has ended; a run's first row says all but how it ended.
 */
function* chosen(versions: readonly Version[]): Generator<Salvaged, void, undefined> {
  const [newest] = versions;
  if (!newest) return;
  const { key } = newest;
  const found = versions.findIndex(({ value }) => value === undefined || isSealed(key, value));
  const { value, sequence } = versions[found] ?? newest;
  if (found < 0) yield { key, value: undefined, isOlder: false };
  else if (value !== undefined) {
    const content = unsealed(key, value);
    const isOlder = sequence !== newest.sequence;
    yield { key, value: isOlder && !saysTheSame(key, content) ? undefined : content, isOlder };
  }
}

/** Whether an older version is as good as a newer one. */
function saysTheSame(key: string, value: Uint8Array): boolean {
  const kind = key.slice(0, key.indexOf('/'));
  if (kind !== 'task') return !['tag', 'twin', 'counter'].includes(kind);
  return !Buffer.from(value).includes('"status":"running"');
}
