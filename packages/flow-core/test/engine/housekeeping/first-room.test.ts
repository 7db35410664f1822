/** Where nothing can be written, files go to which nothing refers, and which nobody who may go on has stored. */
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../../../src/engine/housekeeping/collect';
import { firstRoom } from '../../../src/engine/housekeeping/first-room';
import { FileCas } from '../../../src/store/cas/cas';
import { storeFull } from '../../../src/store/folder/no-room';
import { LocalHolds } from '../../../src/store/kv/holds';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { encodeArtifact } from '../../../src/store/values/artifacts';

/** As a broker knows that only reads: whoever has not come to it may be elsewhere. */
class UnsureHolds extends LocalHolds {
  override async states(names: readonly string[]) {
    return (await super.states(names)).map((state) => (state === 'free' ? ('unsure' as const) : state));
  }
  override async take(): Promise<never> {
    throw storeFull('/store', 'ENOSPC');
  }
}

const HOUR = 60 * 60 * 1000;
const hoursAgo = (n: number) => Date.now() - n * HOUR;

let folder: string;
let store: Store;
let old: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  store = new Store(new MemoryKv(), new FileCas(join(folder, 'cas')), undefined, new UnsureHolds());
  const named = await encodeArtifact('model', new Uint8Array(100_000).fill(1), store.cas);
  await store.commit([
    record.artifact({ flow: 'movies', run: 1, step: 'train', task: 1, name: 'model' }, named),
  ]);
  old = await store.cas.write(new Uint8Array(100_000).fill(2));
  await store.cas.write(new Uint8Array(100_000).fill(3));
  for (const hash of [named.hash as string, old])
    utimesSync((store.cas as FileCas).path(hash), hoursAgo(2) / 1000, hoursAgo(2) / 1000);
});
afterEach(() => rmSync(folder, { recursive: true }));

const running = (row: Partial<RunRow>) =>
  store.commit([
    ...record.run({
      ...{ flow: 'movies', run: 2, namespace: 'all', status: 'running', host: hostname(), pid: 2 ** 30 },
      ...row,
    } as RunRow),
  ]);
const isThere = () => existsSync((store.cas as FileCas).path(old));

test('a run whose process is gone does not keep them, nor does one that began later', async () => {
  await running({ startedAt: hoursAgo(3) });
  await running({ run: 3, startedAt: Date.now(), pid: process.pid });
  expect(await firstRoom(store, {})).toEqual({
    ...{ files: 1, bytes: 100_000 },
    young: { files: 1, bytes: 100_000 },
  });
  expect(isThere()).toBe(false);
});

test.each<[string, () => unknown]>([
  ['a run that goes on', () => running({ startedAt: hoursAgo(3), pid: process.pid })],
  ['a run on another machine', () => running({ startedAt: hoursAgo(3), host: 'elsewhere' })],
  [
    'an import',
    () =>
      store.commit([
        {
          key: keys.importing('movies', 4),
          value: JSON.stringify({ flow: 'movies', run: 4, at: hoursAgo(3) }),
        },
      ]),
  ],
  ['whoever holds it', () => store.holds.pin([keys.pinBytes(Math.floor(hoursAgo(3) / HOUR))])],
])('%s keeps them', async (_, begin) => {
  await begin();
  expect((await firstRoom(store, {})).files).toBe(0);
  expect(isThere()).toBe(true);
});

test('gc begins with them where there is no room for its first write', async () => {
  const write = store.kv.batch.bind(store.kv);
  jest.spyOn(store.kv, 'batch').mockImplementation(async (ops, options) => {
    if (isThere()) throw storeFull('/store', 'ENOSPC');
    await write(ops, options);
  });
  const asked = { policy: {}, namespace: undefined, now: Date.now(), by: 'tester' };
  const beside = { store: join(folder, '.flow'), workspace: folder };
  const { blobs } = await collect(store, { ...asked, beside, dryRun: false });
  expect(blobs).toMatchObject({ files: 1, bytes: 100_000, young: { files: 1, bytes: 100_000 } });
});
