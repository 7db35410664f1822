/** `blobs.json` in the folder of a store: who it is to the places of large values that it shares with workers, and which these are. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { writeFileWhole } from './write-file';

const FILE = 'blobs.json';

export interface SharedBlobs {
  version: 1;
  /** The id of the store. A place belongs to one. */
  store: string;
  /** As `NX_FLOW_BLOBS` named them, the last one first: no keys are in them. */
  places: string[];
}

/** @returns undefined where the store shares none @throws FlowError FLOW_STORE_CORRUPT */
export function blobsOf(store: string): SharedBlobs | undefined {
  const file = join(store, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(file, cause);
  }
  try {
    const found = JSON.parse(text) as SharedBlobs;
    if (typeof found.store === 'string' && Array.isArray(found.places)) return found;
  } catch {
    // It is told below.
  }
  throw damaged(file, undefined);
}

/** The id of a store, which gets one when it is first asked for. */
export function idOfStore(store: string): string {
  const known = blobsOf(store);
  if (known) return known.store;
  const made: SharedBlobs = { version: 1, store: randomBytes(12).toString('hex'), places: [] };
  mkdirSync(store, { recursive: true });
  try {
    writeFileSync(join(store, FILE), textOf(made), { flag: 'wx' });
  } catch (cause) {
    // Another process was quicker.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  return (blobsOf(store) as SharedBlobs).store;
}

/** Notes that values of the store may lie in this place. */
export function noteBlobs(store: string, place: string): void {
  const known = blobsOf(store) as SharedBlobs;
  if (known.places[0] === place) return;
  const places = [place, ...known.places.filter((one) => one !== place)];
  writeFileWhole(join(store, FILE), textOf({ ...known, places }));
}

const textOf = (shared: SharedBlobs) => `${JSON.stringify(shared, null, 2)}\n`;

function damaged(file: string, cause: unknown): FlowError {
  const message = `${file} says where large values of the store lie, and cannot be read: restore it from a copy, or remove it and set NX_FLOW_BLOBS again.`;
  return new FlowError('FLOW_STORE_CORRUPT', message, { exit: 1, cause });
}
