/** Values that lie in the blobs, read by who cannot wait: one thread fetches all of them, and what goes wrong is told as it is. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FileCas } from '../../../flow-core/src/store/cas/cas';
import { idOfStore, noteBlobs } from '../../../flow-core/src/store/folder/blobs-file';
import { Folder } from '../../src/blobs/folder';

let folder: string;
/** Where the values were made, and where they are read. */
let from: FileCas;
let cas: FileCas;
let place: Folder;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-fetch-'));
  for (const name of ['from', 'store', 'blobs']) mkdirSync(join(folder, name));
  from = new FileCas(join(folder, 'from', 'cas'));
  cas = new FileCas(join(folder, 'store', 'cas'));
  place = new Folder(join(folder, 'blobs'));
  const store = join(folder, 'store');
  await place.own(idOfStore(store));
  noteBlobs(store, place.url);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function inBlobs(byte: number): Promise<string> {
  const hash = await from.write(new Uint8Array(1000).fill(byte));
  await place.put(hash, from.file(hash));
  return hash;
}

/** Threads are counted from the first one that this process has made. */
const nextThread = () => new Worker('', { eval: true }).threadId;

const code = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('one thread fetches what is read, each value once', async () => {
  const hashes = await Promise.all([1, 2, 3, 4].map(inBlobs));
  expect(cas.read(hashes[0] as string)[0]).toBe(1);
  const before = nextThread();
  expect(hashes.map((hash) => cas.read(hash)[0])).toEqual([1, 2, 3, 4]);
  expect(nextThread()).toBe(before + 1);
  // They are here from then on.
  for (const hash of hashes) await place.remove(hash);
  expect(hashes.map((hash) => existsSync(cas.file(hash)))).toEqual([true, true, true, true]);
});

test('a value that has vanished is lost; one whose other place is away may be there', async () => {
  const hash = await inBlobs(7);
  await place.remove(hash);
  expect(code(() => cas.read(hash))).toBe('FLOW_BLOB_LOST');
  const gone = join(folder, 'not-mounted');
  // The one that is asked first, and the one that is asked last.
  for (const url of [`file:${gone}`, place.url]) {
    noteBlobs(join(folder, 'store'), url);
    expect(code(() => cas.read(hash))).toBe('FLOW_BLOBS_AWAY');
  }
  // An empty folder may be one that something is to be mounted on.
  mkdirSync(gone);
  expect(code(() => cas.read(hash))).toBe('FLOW_BLOBS_AWAY');
  writeFileSync(join(gone, 'nx-flow.json'), '{ "version": 1, "store": "own" }');
  expect(code(() => cas.read(hash))).toBe('FLOW_BLOB_LOST');
});

test('other bytes than the name says are removed, so that the value can be sent anew', async () => {
  const hash = await inBlobs(8);
  writeFileSync(join(folder, 'blobs', hash.slice(0, 2), hash), new Uint8Array(1000).fill(9));
  expect(code(() => cas.read(hash))).toBe('FLOW_BLOB_LOST');
  await place.put(hash, from.file(hash));
  expect(cas.read(hash)[0]).toBe(8);
});
