/** A store whose database cannot be opened to write: it is read from a copy, and nothing of it changes. */
import fs, { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../../src/store/broker/open-database';
import type { ViewKv } from '../../../src/store/broker/view';
import { LevelKv } from '../../../src/store/level/level';
import { NotAcknowledged } from '../../../src/store/level/not-acknowledged';
import { temporaryPlace, wholeFolder } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let store: string;
let elsewhere: string;
let kv: ViewKv | undefined;

beforeEach(async () => {
  place = temporaryPlace();
  store = join(place.folder, '.flow');
  elsewhere = join(place.folder, 'elsewhere');
  for (const folder of [store, elsewhere]) mkdirSync(folder);
  kv = undefined;
  // Twice: the first value is in a table then, the second in the log.
  for (const key of ['table', 'log']) {
    const real = await LevelKv.open(join(store, 'db'));
    await real.batch([{ key, value: `of the ${key}` }]);
    if (key === 'table') await real.claim('counter', 'first');
    await real.close();
  }
});
afterEach(async () => {
  jest.restoreAllMocks();
  await kv?.close();
  await place.dispose();
});

const failing = (message: string) => async () => {
  throw Object.assign(new Error('Database failed to open'), {
    cause: Object.assign(new Error(`IO error: ${message}`), { code: 'LEVEL_IO_ERROR' }),
  });
};
const NO_ROOM = 'db/000009.ldb: No space left on device';

async function view(message = NO_ROOM, lock = failing(message)) {
  const found = await openDatabase({
    store,
    lock,
    places: [join(store, 'generation'), elsewhere],
  });
  if (found === 'locked') throw new Error(found);
  kv = found.kv as ViewKv;
  return { ...found, kv };
}
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const views = () => readdirSync(join(elsewhere, `nx-flow-${process.getuid?.() ?? 0}`));
const full = (code: string) =>
  jest.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error(`${code}: write`), { code });
  });

test('what was recorded is read, each write is refused in a sentence, and the folder stays as it is', async () => {
  const before = wholeFolder(store);
  // What a killed broker left.
  mkdirSync(join(elsewhere, `nx-flow-${process.getuid?.() ?? 0}`), { mode: 0o700 });
  const { kv, onlyReading } = await view();
  expect((await kv.getMany(['table', 'log', 'none'])).map(text)).toEqual([
    'of the table',
    'of the log',
    undefined,
  ]);
  expect((await kv.range({ gte: '', lt: '~', limit: 9 })).map(([key]) => key)).toEqual([
    'counter',
    'first',
    'log',
    'table',
  ]);
  expect(await kv.generation()).not.toBe('');
  full('ENOSPC');
  const sentence = /^The store \S+ has no room for more \(ENOSPC\): .*make room on its disk/;
  expect(onlyReading).toMatch(sentence);
  for (const write of [() => kv.batch(), () => kv.claim()])
    await expect(write()).rejects.toMatchObject({
      code: 'FLOW_STORE_FULL',
      message: expect.stringMatching(sentence),
    });
  expect(kv.isOver()).toBe(false);
  jest.restoreAllMocks();
  expect(wholeFolder(store)).toEqual(before);
  expect(views()).toHaveLength(1);
  await kv.close();
  expect(views()).toEqual([]);
});

test('when there is room again, nothing more is acknowledged, and the real database goes on where it was', async () => {
  const { kv } = await view();
  await expect(kv.claim()).rejects.toBeInstanceOf(NotAcknowledged);
  await kv.failed;
  await expect(kv.get('log')).rejects.toBeInstanceOf(NotAcknowledged);
  const real = await LevelKv.open(join(store, 'db'));
  expect([await real.claim('counter', 'first'), await real.claim('counter', 'second')]).toEqual([1, 2]);
  expect(text(await real.get('log'))).toBe('of the log');
  await real.close();
});

test('when another process has opened the real database, clients go on there', async () => {
  const { kv } = await view();
  full('ENOSPC');
  expect(kv.isOver()).toBe(false);
  jest.restoreAllMocks();
  await (await LevelKv.open(join(store, 'db'))).close();
  // It notices without being asked: a run that goes on would count as killed.
  await kv.failed;
  await expect(kv.get('log')).rejects.toBeInstanceOf(NotAcknowledged);
  expect(kv.isOver()).toBe(true);
});

test('a table that the manifest does not name is not written through its link', async () => {
  const numbers = readdirSync(join(store, 'db')).map(
    (name) => Number.parseInt(name.replace('MANIFEST-', ''), 10) || 0,
  );
  const orphan = (by: number) =>
    join(store, 'db', `${String(Math.max(...numbers) + by).padStart(6, '0')}.ldb`);
  for (const by of [1, 2, 3]) writeFileSync(orphan(by), 'an orphan');
  const before = wholeFolder(store);
  expect(text(await (await view()).kv.get('log'))).toBe('of the log');
  expect(wholeFolder(store)).toEqual(before);
});

test('a file system that only reads is read', async () => {
  const { kv, onlyReading } = await view('db/LOCK: Read-only file system');
  expect(onlyReading).toMatch(/^The store's folder \S+ cannot be written \(EROFS\): make it writable, or/);
  expect(text(await kv.get('table'))).toBe('of the table');
  full('EROFS');
  await expect(kv.batch()).rejects.toMatchObject({ code: 'FLOW_STORE_UNWRITABLE' });
});

test('room is made first', async () => {
  writeFileSync(join(store, `.nx-flow-${'x'}`), '');
  const left = join(place.folder, 'dist/flow/movies/spin/train/result.json');
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, 'x'.repeat(5000));
  writeFileSync(join(place.folder, 'package.json'), '{}');
  let attempts = 0;
  const lock = async (folder: string) => (++attempts === 1 ? failing(NO_ROOM)() : LevelKv.lock(folder));
  const found = await openDatabase({ store, lock, started: place.folder });
  if (found === 'locked') throw new Error(found);
  expect(found.made).toMatch(
    /^found no room on the disk of \S+ and removed 1 output of a spin \(dist.flow.movies.spin.train\): \d+ KB came back$/,
  );
  expect([found.onlyReading, existsSync(left)]).toEqual([undefined, false]);
  await found.kv.close();
});
