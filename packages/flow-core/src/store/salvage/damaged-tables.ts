/** Whether a table that its database needs is as it was written. */

import { join } from 'node:path';
import { thousands } from '../../definition/thousands';
import { type Manifest, readManifest } from './manifest';
import { isAnother } from './named-table';
import { damagedBlocks } from './table-check';

export { readManifest };

/**
 * What a look at a table finds.
 * - `whole`: all of it was read, and is right
 * - `unknown`: it could not be read, or no one needs it: a process that was killed may have left parts of tables
 * - the place of the first damage: `byte 4,096`; all of it where it is another table than the one that is needed
 */
export type Found = 'whole' | 'unknown' | { damage: string };

/**
 * @param folder the database's
 * @param name `000012.ldb`
 * @param manifest what {@link readManifest} returned
 */
export function lookAtTable(folder: string, name: string, manifest: Manifest | undefined): Found {
  const path = join(folder, name);
  const found = foundIn(path);
  if (found === 'whole') return isOther(folder, name, manifest) ? { damage: 'all' } : found;
  if (found === 'unknown') return found;
  // It may have been written just then, by who has the database open: one that is needed is complete.
  return isNeeded(folder, name) ? foundIn(path) : 'unknown';
}

function isOther(folder: string, name: string, manifest: Manifest | undefined): boolean {
  const path = join(folder, name);
  try {
    // A repair may have put another database there just then.
    return isAnother(path, name, manifest) && isAnother(path, name, readManifest(folder));
  } catch {
    // It has just been merged with others.
    return false;
  }
}

function foundIn(path: string): Found {
  let blocks: ReturnType<typeof damagedBlocks>;
  try {
    blocks = damagedBlocks(path);
  } catch {
    // LevelDB cannot read it either, or has just merged it with others.
    return 'unknown';
  }
  if (!blocks) return { damage: 'the end' };
  const [first] = blocks;
  return first ? { damage: `byte ${thousands(first.at)}` } : 'whole';
}

/** Where the manifest cannot be read, it may name each. */
function isNeeded(folder: string, name: string): boolean {
  const manifest = readManifest(folder);
  return !manifest || manifest.isDamaged || manifest.tables.has(Number.parseInt(name, 10));
}
