/** The places of large values that a store shares with workers, for commands that look after the store. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../definition/thrown';
import { hashesIn } from '../engine/housekeeping/blobs';
import { FileCas } from '../store/cas/cas';
import { blobsOf } from '../store/folder/blobs-file';
import { storingSince } from '../store/rows/pins';
import type { Store } from '../store/store';
import type { Blobs } from './queue-package';
import type { Output } from './render/output';
import { plural, size } from './render/table';

/** The clocks of a store and of a place differ, and a task of hours may be about to say what it has written. Milliseconds. */
const NEW_MS = 24 * 60 * 60 * 1000;

/** Most stores share none. @throws FlowError FLOW_QUEUE_MISSING, FLOW_STORE_CORRUPT */
async function placesOf(store: string, workspace: string): Promise<{ id: string; places: Blobs[] }> {
  if (!existsSync(join(store, 'blobs.json'))) return { id: '', places: [] };
  const { store: id = '', places = [] } = blobsOf(store) ?? {};
  const { queuePackage } = await import('./queue-package');
  const { openBlobs } = queuePackage(workspace);
  return { id, places: places.map(openBlobs) };
}

/**
 * What is wrong with large values that are in no file here, each as a sentence.
 * @param files their sizes, by their hashes
 * @param readData whether the bytes are read, too
 */
export async function wrongShared(
  { store, workspace }: { store: string; workspace: string },
  files: ReadonlyMap<string, number>,
  readData: boolean,
): Promise<Map<string, string>> {
  const { places } = await placesOf(store, workspace);
  const wrong = new Map<string, string>();
  for (const [hash, bytes] of files) {
    let message = `Its bytes ${hash} are neither here nor in ${places.map(({ url }) => url).join(', ') || 'any blobs'}.`;
    for (const place of places) {
      const found = await place.size(hash);
      if (found === undefined) continue;
      message =
        found === bytes
          ? readData
            ? await read(place, hash)
            : ''
          : `Its bytes ${hash} in ${place.url} are ${found}, and should be ${bytes}.`;
      if (message === '') break;
    }
    if (message !== '') wrong.set(hash, message);
  }
  return wrong;
}

async function read(place: Blobs, hash: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-verify-'));
  try {
    await place.get(hash, new FileCas(join(folder, 'cas')));
    return '';
  } catch (error) {
    return messageOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface SweptPlace {
  url: string;
  files: number;
  bytes: number;
  /** Why it was not looked at, as a sentence. */
  left?: string;
}

/** Removes what no record names any more, in the places that are this store's. */
export async function sweepShared(
  stores: readonly Pick<Store, 'kv' | 'holds'>[],
  { store, workspace, dryRun, now }: { store: string; workspace: string; dryRun: boolean; now: number },
): Promise<SweptPlace[]> {
  const { id, places } = await placesOf(store, workspace);
  if (places.length === 0) return [];
  let newSince = now - NEW_MS;
  for (const { holds } of stores) newSince = Math.min(newSince, (await storingSince(holds, now)).since);
  const swept: SweptPlace[] = [];
  for (const place of places) {
    const found: SweptPlace = { url: place.url, files: 0, bytes: 0 };
    swept.push(found);
    try {
      if ((await place.owner()) !== id) {
        found.left = `${place.url} belongs to another store now, and was left alone.`;
        continue;
      }
      const old: { hash: string; size: number }[] = [];
      for await (const blob of place.list()) if (blob.at <= newSince) old.push(blob);
      // Read after they were listed: what is returned again meanwhile is written anew.
      const named = new Set<string>();
      for (const { kv } of stores) for (const hash of await hashesIn(kv)) named.add(hash);
      for (const blob of old) {
        // Looked at once more: a task may have returned it meanwhile.
        if (named.has(blob.hash) || ((await place.at(blob.hash)) ?? now) > newSince) continue;
        if (!dryRun) await place.remove(blob.hash);
        found.files++;
        found.bytes += blob.size;
      }
    } catch (error) {
      found.left = messageOf(error);
    }
  }
  return swept;
}

export function renderShared(swept: readonly SweptPlace[], dryRun: boolean, { colors, write }: Output): void {
  for (const { url, files, bytes, left } of swept) {
    if (left !== undefined) write(`${colors.yellow('!')} ${left}\n`);
    if (files > 0)
      write(`  ${plural(files, 'value')} of ${url} ${dryRun ? 'would go' : 'went'} (${size(bytes)})\n`);
  }
}
