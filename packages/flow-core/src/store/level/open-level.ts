/** Opens LevelDB in the database's folder. What it would do unseen to a damaged one is looked for before and after. */
import { dirname } from 'node:path';
import type { Level } from 'level';
import { hasDatabase } from './database';
import { noteDropped, noteLost } from './dropped';
import { requireWholeTables } from './known-tables';
import { lostOfLogs } from './left-logs';
import { requireNew } from './lost-database';
import { markLostRuns } from './lost-numbers';
import { forgetOlderNote, requireNewestManifest } from './older-manifest';
import { isCurrent, readStamp, unstamped, writeStamp } from './stamp';
import { finishSwap } from './swap';

type Db = Level<string, Uint8Array>;

/** Rejects as {@link LevelKv.open}. @param tellNews called now and then with what takes long */
export async function openLevel(folder: string, tellNews?: (news: string) => void): Promise<Db> {
  const store = dirname(folder);
  const createIfMissing = !hasDatabase(folder) && !finishSwap(store);
  if (createIfMissing) requireNew(store);
  const stamped = readStamp(folder) !== undefined;
  if (!createIfMissing) {
    await requireNewestManifest(folder);
    await requireWholeTables(store, folder, tellNews);
  }
  const { Level } = await import('level');
  const damage = createIfMissing ? undefined : await damageOfLogs(folder);
  const db: Db = new Level(folder, { keyEncoding: 'utf8', valueEncoding: 'view', createIfMissing });
  try {
    await db.open();
  } catch (error) {
    damage?.logs.drop();
    throw error;
  }
  try {
    damage?.logs.opened();
    forgetOlderNote(folder);
    noteDropped(folder, store, damage?.bytes);
    // Read again under the lock: another process may have stamped or migrated it meanwhile.
    if (!stamped && readStamp(folder) === undefined) {
      // A creation that ended before its stamp left no records. Records without a stamp are older than stamps.
      if ((await db.keys({ limit: 1 }).all()).length > 0) throw unstamped(folder);
      writeStamp(folder);
    }
    if (isCurrent(readStamp(folder))) await markLostRuns(db, store, (runs) => noteLost(store, runs));
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

/** What is damaged of the logs, which are kept. After a crash, they are looked at; else it is known how they were left. */
async function damageOfLogs(folder: string) {
  const noted = lostOfLogs(dirname(folder));
  if (noted === 0) return undefined;
  const { KeptLogs, lookAtLogs } = await import('../salvage/damaged-logs');
  const bytes = noted ?? lookAtLogs(folder);
  return bytes === undefined ? undefined : { bytes, logs: new KeptLogs(folder) };
}
