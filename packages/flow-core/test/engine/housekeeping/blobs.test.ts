/** Files that nothing refers to go when they are old; a file that is new, or was stored again, stays. */
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sweepBlobs } from '../../../src/engine/housekeeping/blobs';
import { sweepFiles } from '../../../src/engine/housekeeping/files';
import { installPackages } from '../../../src/source/packages/install';
import { FileCas } from '../../../src/store/cas/cas';
import { file } from '../../../src/store/cas/file';
import { shareBytes } from '../../../src/store/cas/share-bytes';
import { setAside } from '../../../src/store/folder/set-aside';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';
import { record } from '../../../src/store/rows/records';
import { Store } from '../../../src/store/store';
import { encodeArtifact } from '../../../src/store/values/artifacts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  store = new Store(new MemoryKv(), new FileCas(join(folder, 'cas')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const OLD = new Date(Date.now() - 2 * 60 * 60 * 1000);
const bytes = (fill: number) => new Uint8Array(100_000).fill(fill);
const at = (run: number) => ({ flow: 'movies', run, step: 'train', task: 1, name: 'model' });
const pathOf = (hash: string) => (store.cas as FileCas).path(hash);
async function stored(fill: number): Promise<string> {
  const hash = await store.cas.write(bytes(fill));
  utimesSync(pathOf(hash), OLD, OLD);
  return hash;
}
const kept = () =>
  (readdirSync(join(folder, 'cas'), { recursive: true }) as string[]).filter((name) => name.length > 60);

test('what a record names stays, what is new stays, the rest goes', async () => {
  const named = await encodeArtifact('model', bytes(1), store.cas);
  utimesSync(pathOf(named.hash as string), OLD, OLD);
  await store.commit([record.artifact(at(1), named)]);
  const old = await stored(2);
  const young = await store.cas.write(bytes(3));
  const found = { files: 1, bytes: 100_000, young: { files: 1, bytes: 100_000 } };
  expect(await sweepBlobs(store, { dryRun: true })).toEqual(found);
  expect(existsSync(pathOf(old))).toBe(true);
  expect(await sweepBlobs(store)).toEqual(found);
  expect([named.hash as string, old, young].map((hash) => existsSync(pathOf(hash)))).toEqual([
    true,
    false,
    true,
  ]);
});

test('only some are looked at, where only those are meant', async () => {
  const [one, two] = [await stored(1), await stored(2)];
  await sweepBlobs(store, { only: new Set([one]) });
  expect([one, two].map((hash) => existsSync(pathOf(hash)))).toEqual([false, true]);
});

test.each<[string, (hash: string) => Promise<unknown>]>([
  ['is written again', () => store.cas.write(bytes(1))],
  [
    'is shared with another store',
    async (hash) => {
      const other = new FileCas(join(folder, 'other'));
      await shareBytes(hash, store.cas, other);
    },
  ],
  [
    'is shared from another store',
    async (hash) => {
      const other = new FileCas(join(folder, 'other'));
      await other.write(bytes(1));
      await shareBytes(hash, other, store.cas);
    },
  ],
  [
    'was read from here, and is stored again as a file',
    async (hash) => {
      const given = await encodeArtifact('model', file(pathOf(hash)), store.cas);
      utimesSync(pathOf(hash), OLD, OLD);
      const { decodeArtifact } = await import('../../../src/store/values/artifacts');
      await encodeArtifact('model', decodeArtifact(given, store.cas), store.cas);
    },
  ],
])('what %s is new', async (_, again) => {
  const hash = await stored(1);
  await again(hash);
  expect(await sweepBlobs(store)).toMatchObject({ files: 0, young: { files: 1 } });
});

test('a file that is stored again while it is removed stays', async () => {
  const hash = await stored(1);
  const look = jest.spyOn(fs, 'lstatSync').mockImplementationOnce((path) => {
    const found = fs.statSync(path);
    utimesSync(path, new Date(), new Date());
    return found;
  });
  expect((await sweepBlobs(store)).files).toBe(0);
  look.mockRestore();
  expect(kept()).toHaveLength(1);
  expect(store.cas.read(hash)).toEqual(bytes(1));
});

test('what is stored while somebody stores values for later stays, however long that takes', async () => {
  const ended = store.storing();
  const hash = await store.cas.write(bytes(1));
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 5 * 60 * 60 * 1000);
  expect(await sweepBlobs(store)).toMatchObject({ files: 0, young: { files: 1 } });
  ended();
  expect(await sweepBlobs(store)).toMatchObject({ files: 1 });
  clock.mockRestore();
  expect(existsSync(pathOf(hash))).toBe(false);
});

test('a removal that pauses for hours removes nothing that was stored meanwhile', async () => {
  const hash = await stored(1);
  const { kv } = store;
  const range = kv.range.bind(kv);
  const clock = jest.spyOn(Date, 'now');
  kv.range = async (query) => {
    const entries = await range(query);
    utimesSync(pathOf(hash), new Date(), new Date());
    clock.mockReturnValue(Date.now() + 5 * 60 * 60 * 1000);
    return entries;
  };
  expect(await sweepBlobs(store)).toMatchObject({ files: 0, young: { files: 1 } });
  clock.mockRestore();
});

test('what a killed removal had moved aside comes back where something refers to it', async () => {
  const named = await encodeArtifact('model', bytes(1), store.cas);
  await store.commit([record.artifact(at(1), named)]);
  const other = await stored(2);
  for (const hash of [named.hash as string, other]) renameSync(pathOf(hash), `${pathOf(hash)}.removing`);
  await sweepBlobs(store);
  expect(kept()).toEqual([expect.stringMatching(new RegExp(`${named.hash}$`))]);
});

describe('beside the records', () => {
  const MONTH = 31 * 24 * 60 * 60 * 1000;
  const longAgo = new Date(Date.now() - MONTH);
  const sweep = (more: Partial<Parameters<typeof sweepFiles>[1]> = {}) =>
    sweepFiles(store, {
      ...{ store: join(folder, '.flow'), workspace: folder, now: Date.now(), dryRun: false },
      isRemoved: async () => false,
      ...more,
    });
  function made(path: string, when: Date, text = '{}'): string {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    utimesSync(whole, when, when);
    utimesSync(dirname(whole), when, when);
    return whole;
  }
  const set = (hash: string, when: Date) =>
    made(`.flow/env/${hash}/installed.json`, when, JSON.stringify({ versions: {} }));

  test('outputs that nobody made anew for a month go, and those of spins on removed runs', async () => {
    made('dist/flow/movies/spin/old/result.json', longAgo);
    made('dist/flow/movies/steps/old/result.json', longAgo);
    made('dist/flow/movies/spin/new/result.json', new Date(), '{"origin":"movies/2/new/1"}');
    made('dist/flow/movies/spin/gone/result.json', new Date(), '{"origin":"movies/1/gone/1"}');
    const isRemoved = async (flow: string, run: number) => flow === 'movies' && run === 1;
    const names = ['dist/flow/movies/spin/gone', 'dist/flow/movies/spin/old'];
    for (const dryRun of [true, false]) {
      const { spins, handovers } = await sweep({ isRemoved, dryRun });
      expect(spins.names.sort()).toEqual(names);
      expect(handovers.names).toEqual(['dist/flow/movies/steps/old']);
    }
    expect(readdirSync(join(folder, 'dist/flow/movies/spin'))).toEqual(['new']);
  });

  test('a set of packages goes that nobody has used for a month, unless somebody uses it now', async () => {
    set('used', longAgo);
    set('unused', longAgo);
    set('young', new Date());
    store.holds.pin([keys.pinPackages('used')]);
    expect((await sweep()).packages.names).toEqual(['.flow/env/unused']);
    expect(readdirSync(join(folder, '.flow/env')).sort()).toEqual(['used', 'young']);
  });

  test('a set that is taken again counts as used, and as in use before it is looked at', async () => {
    const using: string[] = [];
    const installed = await installPackages(
      {},
      { workspace: folder, using: (name) => using.push(name) },
    ).catch(() => undefined);
    if (!installed) return;
    utimesSync(join(installed.folder, 'installed.json'), longAgo, longAgo);
    await installPackages({}, { workspace: folder, using: (name) => using.push(name) });
    expect(Date.now() - statSync(join(installed.folder, 'installed.json')).mtimeMs).toBeLessThan(MONTH);
    expect(new Set(using).size).toBe(1);
    expect(readFileSync(join(installed.folder, 'installed.json'), 'utf8')).toContain('versions');
  });
});

test('what a repair set aside goes when it is old, and whole again or of no record', async () => {
  const [named, whole, again] = await Promise.all(
    [1, 2, 2].map((fill) => encodeArtifact('model', bytes(fill), store.cas)),
  );
  const [gone, young] = [await stored(3), await stored(4)];
  await store.commit([record.artifact(at(1), named as never), record.artifact(at(2), whole as never)]);
  for (const hash of [named?.hash, whole?.hash, gone]) setAside(pathOf(hash as string), OLD.getTime());
  setAside(pathOf(young), Date.now());
  await store.cas.write(bytes(2));
  expect(again?.hash).toBe(whole?.hash);
  const lost = () =>
    kept()
      .filter((name) => name.endsWith('.lost'))
      .map((name) => name.slice(3, -5))
      .sort();
  const found = { files: 2, bytes: 200_000, young: { files: 0, bytes: 0 } };
  expect(await sweepBlobs(store, { dryRun: true })).toEqual(found);
  expect(lost()).toHaveLength(4);
  expect(await sweepBlobs(store)).toEqual(found);
  // A record names the first, which is not there: whoever reads it hears of the repair.
  expect(lost()).toEqual([named?.hash, young].sort());
});
