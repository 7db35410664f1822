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
  if (damageIn(join(folder, name)) === undefined || !isNeeded(folder, name)) return undefined;
  // It may have been written just then, by who has the database open: one that is needed is complete.
  return damageIn(join(folder, name));
}

function damageIn(path: string): string | undefined {
  let blocks: ReturnType<typeof damagedBlocks>;
  try {
    blocks = damagedBlocks(path);
  } catch {
    // LevelDB cannot read it either, or has just merged it with others.
    return undefined;
  }
  const [first] = blocks ?? [];
  return blocks ? first && `byte ${first.at.toLocaleString('en')}` : 'the end';
}

/** A process that was killed may have left parts of tables. */
function isNeeded(folder: string, name: string): boolean {
  return readManifest(folder)?.tables.has(Number.parseInt(name, 10)) ?? false;
}
