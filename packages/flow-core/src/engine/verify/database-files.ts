/** The files of a database: what its manifest names must be there, and every block must be as it was written. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { thousands } from '../../definition/thousands';
import { nameOfKey } from '../../store/kv/row-keys';
import { droppedRecords } from '../../store/level/dropped';
import { type Manifest, readManifest } from '../../store/salvage/manifest';
import { isAnother } from '../../store/salvage/named-table';
import { damagedBlocks } from '../../store/salvage/table-check';
import type { StoreProblem } from './problem';

/** @param store whose database another process may have open */
export function damagedFiles(store: string): StoreProblem[] {
  const db = join(store, 'db');
  const manifest = readManifest(db);
  const problems = [...(manifest ? missingTables(db, manifest) : [])];
  const dropped = droppedRecords(store);
  if (dropped !== undefined) problems.push({ where: 'db', message: dropped });
  for (const name of tablesOf(db)) {
    const message = damageOf(join(db, name), name, manifest);
    if (message !== undefined) problems.push({ where: `db/${name}`, message });
  }
  return problems;
}

function* missingTables(db: string, { tables }: Manifest): Generator<StoreProblem, void, undefined> {
  const missing = [...tables].filter(([number]) => !isThere(db, number));
  if (missing.length === 0) return;
  // One may have been merged with others meanwhile.
  const now = readManifest(db)?.tables;
  for (const [number, { first, last }] of missing)
    if (!now || now.has(number))
      yield {
        where: `db/${nameOf(number)}`,
        message: `This table of the database is gone, with records from ${named(first)} to ${named(last)}.`,
      };
}

/** What is wrong with a table that is there. */
function damageOf(path: string, name: string, manifest: Manifest | undefined): string | undefined {
  let blocks: ReturnType<typeof damagedBlocks>;
  try {
    blocks = damagedBlocks(path);
    if (blocks?.length === 0 && isAnother(path, name, manifest))
      return 'This is not the table that the database has under this name, but another one: what is recorded there is not seen.';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It was merged with others meanwhile.
    return code === 'ENOENT' ? undefined : `This table of the database cannot be read (${code}).`;
  }
  if (!blocks) return `This table of the database is damaged: it has no end that names its parts.`;
  const [first] = blocks;
  if (!first) return undefined;
  const many = blocks.length === 1 ? 'A part' : `${blocks.length} parts`;
  return `${many} of this table of the database, ${blocks.length === 1 ? '' : 'the first '}at byte ${thousands(first.at)}, ${blocks.length === 1 ? 'is' : 'are'} damaged: what is recorded there may not be seen.`;
}

const nameOf = (number: number, ending = 'ldb') => `${String(number).padStart(6, '0')}.${ending}`;

const isThere = (db: string, number: number) =>
  ['ldb', 'sst'].some((ending) => existsSync(join(db, nameOf(number, ending))));

function tablesOf(db: string): string[] {
  try {
    return readdirSync(db).filter((name) => /^\d+\.(ldb|sst)$/.test(name));
  } catch {
    return [];
  }
}

function named(key: string): string {
  try {
    return nameOfKey(key);
  } catch {
    return JSON.stringify(key);
  }
}
