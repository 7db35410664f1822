/**
 * Brings a database of an older format to this one, in its place. It may be killed at any point: the stamp first says that it
 * is being migrated, so that an older nx-flow refuses it, and each batch says how far it came.
 */
import type { Level } from 'level';
import { isSealed, sealed } from '../kv/checksum';
import { STORE_FORMAT, type Stamp, writeStamp } from './stamp';

/** Holds the last key that was migrated. It sorts before all keys of records. */
const POSITION = '!migrated';

/** Records, and bytes of them, in one batch. */
const BATCH = 2000;
const BATCH_BYTES = 4 * 1024 * 1024;

type Db = Level<string, Uint8Array>;

/**
 * From format 1 to 2: behind each value comes its checksum. Does nothing to a database of this format.
 * @param stamp the database's
 * @param migrating called after each batch with the number of records so far
 */
export async function migrate(
  db: Db,
  folder: string,
  stamp: Stamp,
  migrating: (done: number) => void,
): Promise<void> {
  const position = await db.get(POSITION);
  if (stamp.format === STORE_FORMAT && stamp.from === undefined) {
    // It ended before its last line.
    if (position) await db.del(POSITION);
    return;
  }
  if (stamp.from === undefined) {
    // Somebody wrote its stamp: a migration would put a second checksum behind each value.
    if (await isMigrated(db)) return writeStamp(folder);
    writeStamp(folder, stamp.format);
  }
  let after = position === undefined ? POSITION : new TextDecoder().decode(position);
  for (let done = 0; ; ) {
    const entries = await nextEntries(db, after);
    if (entries.length === 0) break;
    after = (entries.at(-1) as [string, Uint8Array])[0];
    const records = entries.map(([key, value]) => ({
      type: 'put' as const,
      key,
      value: sealed(key, value),
    }));
    const reached = { type: 'put' as const, key: POSITION, value: new TextEncoder().encode(after) };
    await db.batch([...records, reached]);
    done += entries.length;
    migrating(done);
  }
  // Synced: the stamp must not say more than the disk has.
  await db.batch([{ type: 'del', key: `${POSITION}~` }], { sync: true });
  writeStamp(folder);
  await db.del(POSITION);
}

/** Whether most records, as far as a look shows, have a checksum that is right: in format 1, none has one. */
async function isMigrated(db: Db): Promise<boolean> {
  const entries = await nextEntries(db, POSITION);
  return entries.filter(([key, value]) => isSealed(key, value)).length * 2 > entries.length;
}

async function nextEntries(db: Db, after: string): Promise<[string, Uint8Array][]> {
  const entries: [string, Uint8Array][] = [];
  let bytes = 0;
  for await (const entry of db.iterator({ gt: after, limit: BATCH })) {
    entries.push(entry);
    bytes += entry[1].length;
    if (bytes > BATCH_BYTES) break;
  }
  return entries;
}
