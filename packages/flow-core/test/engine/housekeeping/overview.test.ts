/** The overview of sizes adds up to what lies on the disk, also where stores share files. */
import { linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnDisk } from '../../../src/engine/housekeeping/on-disk';
import { usageBeside, usageOfStore } from '../../../src/engine/housekeeping/overview';
import { tombstone } from '../../../src/engine/housekeeping/tombstones';
import { FileCas } from '../../../src/store/cas/cas';
import { shareBytes } from '../../../src/store/cas/share-bytes';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';
import { Store } from '../../../src/store/store';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-flow-overview-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

/** Bytes of files and folders, each once. */
function onDisk(folder: string): number {
  const inodes = new Map<number, number>();
  for (const name of ['.', ...(readdirSync(folder, { recursive: true }) as string[])]) {
    const found = lstatSync(join(folder, name));
    inodes.set(found.ino, Math.min(found.blocks * 512, Math.max(found.size, found.isDirectory() ? 0 : 512)));
  }
  return [...inodes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

test.each([0, 1, 3])('with %i large values that runs and persisted spins share', async (shared) => {
  const folder = join(workspace, '.flow');
  const spins = join(folder, 'spin');
  const [cas, spinCas] = [folder, spins].map((at) => new FileCas(join(at, 'cas'))) as [FileCas, FileCas];
  for (let i = 0; i < 3; i++) {
    const hash = await cas.write(Buffer.alloc(100_000, i));
    if (i < shared) await shareBytes(hash, cas, spinCas);
  }
  await spinCas.write(Buffer.alloc(50_000, 9));
  // As after a repair: the old database, and files of the store itself.
  for (const name of ['db', 'db.before-repair-1', 'spin/db', 'env/set']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, '000001.log'), Buffer.alloc(20_000));
  }
  writeFileSync(join(folder, 'generation'), 'abc');
  writeFileSync(join(folder, 'index.json'), '{}');
  // Elsewhere, too: it lies on the disk all the same.
  linkSync(join(folder, 'db', '000001.log'), join(workspace, 'copy'));
  const disk = new OnDisk();
  const usage = await usageOfStore(new Store(new MemoryKv(), cas), folder, disk);
  const ofSpins = await usageOfStore(new Store(new MemoryKv(), spinCas), spins, disk);
  const beside = usageBeside({ store: folder, workspace }, disk);
  expect([usage.files, ofSpins.files]).toEqual([3, 1]);
  expect(usage.fileBytes).toBeGreaterThanOrEqual(300_000);
  const { packages, index, other, temporary } = beside;
  const parts = [usage.fileBytes, usage.database, ofSpins.fileBytes, ofSpins.database];
  const all = [...parts, ...[packages, index, other, temporary].map(({ bytes }) => bytes)];
  expect(all.reduce((sum, bytes) => sum + bytes, 0)).toBe(onDisk(folder));
  expect(other.bytes).toBeGreaterThanOrEqual(20_000);
  // Seen from a store elsewhere, all of it is another store's.
  expect(usageBeside({ store: join(workspace, 'other'), workspace }).other.bytes).toBe(0);
});

test('a removed run of which records are left counts once', async () => {
  const folder = join(workspace, '.flow');
  const store = new Store(new MemoryKv(), new FileCas(join(folder, 'cas')));
  await store.commit([
    ...[1, 2].map((run) => ({ key: keys.task('films', run, 'start', 1), value: '{}' })),
    tombstone({ flow: 'films', run: 1 }, { at: 1, by: 'ann', left: true }),
  ]);
  const { flows, removed } = await usageOfStore(store, folder);
  expect([flows, removed]).toEqual([[expect.objectContaining({ flow: 'films', runs: 1 })], 1]);
});
