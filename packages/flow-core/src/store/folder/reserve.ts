/**
 * Room that is kept for a full disk: a file in the store's folder. It is given up for what has to be written then, which is how a run
 * ended, and that runs are removed. It is made again when there is room.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, rmSync, statfsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const RESERVE = 'reserve';

const MB = 1024 * 1024;
/** Bytes: what opening a database takes, and a few writes. */
export const RESERVE_BYTES = 4 * MB;
/** Bytes that must be free for it: others need room, too. */
const FREE_BYTES = 8 * RESERVE_BYTES;

/** Makes the reserve of a store, unless it is there. Where there is no room, there is none. */
export async function keepReserve(store: string): Promise<void> {
  const path = join(store, RESERVE);
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
    if (freeBytes(store) < FREE_BYTES) return;
    // A file system may pack other bytes, or not write them at all.
    const piece = randomBytes(MB);
    await writeFile(path, Array(RESERVE_BYTES / MB).fill(piece), { mode: 0o600 });
  } catch {
    try {
      rmSync(path, { force: true });
    } catch {}
  }
}

/** Gives the reserve up: call when a write found no room, by a quota perhaps, of which the disk says nothing. Returns whether there was one. */
export function giveUpReserve(store: string): boolean {
  try {
    rmSync(join(store, RESERVE));
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes what makes room: the reserves of the stores are given up for it where the disk is full, and where a write finds no room.
 * @param write may be called again when it rejects with FLOW_STORE_FULL
 */
export async function withReserves<T>(stores: readonly string[], write: () => Promise<T>): Promise<T> {
  for (const store of stores) if (isFull(store)) giveUpReserve(store);
  try {
    return await write();
  } catch (error) {
    const isFound = (error as { code?: string }).code === 'FLOW_STORE_FULL';
    if (!isFound || !stores.map(giveUpReserve).includes(true)) throw error;
    return await write();
  }
}

function isFull(store: string): boolean {
  try {
    return freeBytes(store) < RESERVE_BYTES;
  } catch {
    return false;
  }
}

function freeBytes(store: string): number {
  const { bavail, bsize } = statfsSync(store);
  return bavail * bsize;
}
