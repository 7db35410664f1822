/** Whether a table that its database needs is as it was written. */
import { join } from 'node:path';
import { readManifest } from './manifest';
import { damagedBlocks } from './table-check';

/**
 * What a look at a table finds.
 * - `whole`: all of it was read, and is right
 * - `unknown`: it could not be read, or no one needs it: a process that was killed may have left parts of tables
 * - the place of the first damage: `byte 4,096`
 */
export type Found = 'whole' | 'unknown' | { damage: string };

/**
 * @param folder the database's
 * @param name `000012.ldb`
 */
export function lookAtTable(folder: string, name: string): Found {
  const found = foundIn(join(folder, name));
  if (found === 'whole' || found === 'unknown') return found;
  // It may have been written just then, by who has the database open: one that is needed is complete.
  return isNeeded(folder, name) ? foundIn(join(folder, name)) : 'unknown';
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
  return first ? { damage: `byte ${first.at.toLocaleString('en')}` } : 'whole';
}

/** Where the manifest cannot be read, it may name each. */
function isNeeded(folder: string, name: string): boolean {
  const manifest = readManifest(folder);
  return !manifest || manifest.isDamaged || manifest.tables.has(Number.parseInt(name, 10));
}
