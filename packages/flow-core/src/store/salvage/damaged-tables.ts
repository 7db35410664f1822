/** Whether a table that its database needs is as it was written. */
import { join } from 'node:path';
import { readManifest } from './manifest';
import { damagedBlocks } from './table-check';

/**
 * @param folder the database's
 * @param name `000012.ldb`
 * @returns the place of the first damage: `byte 4,096`; undefined for a whole table, and for one that no one needs
 */
export function damageOfTable(folder: string, name: string): string | undefined {
  let blocks: ReturnType<typeof damagedBlocks>;
  try {
    blocks = damagedBlocks(join(folder, name));
  } catch {
    // LevelDB cannot read it either, or has just merged it with others.
    return undefined;
  }
  const [first] = blocks ?? [];
  const place = blocks ? first && `byte ${first.at.toLocaleString('en')}` : 'the end';
  return place !== undefined && isNeeded(folder, name) ? place : undefined;
}

/** A process that was killed may have left parts of tables. */
function isNeeded(folder: string, name: string): boolean {
  return readManifest(folder)?.tables.has(Number.parseInt(name, 10)) ?? false;
}
