/** An older CURRENT with its manifest that was put back alone: the database is not opened, which would delete what came later. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repairStore } from '../../../src/engine/verify/repair';
import { keys } from '../../../src/store/kv/row-keys';
import { manifestOf, noteLogs } from '../../../src/store/level/left-logs';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace, wholeFolder, withEnvironment } from '../helpers/place';

withEnvironment('CI', '1');

let place: ReturnType<typeof temporaryPlace>;
let store: string;
let db: string;
beforeEach(() => {
  place = temporaryPlace();
  store = join(place.folder, 'store');
  db = join(store, 'db');
});
afterEach(() => place.dispose());

/** Opens the database, writes a record, and leaves as a broker does, or without a note of how. */
async function write(
  key: string,
  leave: 'noted' | 'crashed' = 'noted',
  while_ = async () => {},
): Promise<void> {
  const kv = await LevelKv.open(db);
  await kv.batch([{ key: keys.counter(key), value: '0' }], { sync: true });
  await while_();
  await kv.compact({ gte: 'a', lt: 'z' });
  const manifest = manifestOf(store);
  await kv.close();
  if (leave === 'noted') noteLogs(store, manifest);
}

const manifests = () => readdirSync(db).filter((name) => /^(CURRENT|MANIFEST-\d+)$/.test(name));

/** What it holds of the manifest and its name, as of now. */
function copied(): Map<string, Buffer> {
  return new Map(manifests().map((name) => [name, readFileSync(join(db, name))]));
}
function putBack(copy: Map<string, Buffer>): void {
  for (const [name, bytes] of copy) writeFileSync(join(db, name), bytes);
}

async function isRefused(): Promise<void> {
  const before = wholeFolder(store);
  await expect(LevelKv.open(db)).rejects.toMatchObject({
    code: 'FLOW_STORE_CORRUPT',
    message: expect.stringMatching(
      /CURRENT and MANIFEST-\d+ are from an earlier time than .* Nothing was changed/,
    ),
  });
  expect(wholeFolder(store)).toEqual(before);
}

async function keysIn(): Promise<string[]> {
  const kv = await LevelKv.open(db);
  const entries = await kv.range({ gte: 'a', lt: 'z', limit: 10 });
  await kv.close();
  return entries.map(([key]) => key.slice(keys.counter('').length));
}

test.each([
  ['the later manifest is there', 'noted', true],
  ['the later manifest is gone', 'noted', false],
  ['the last broker crashed', 'crashed', true],
  ['the last broker crashed, and the later manifest is gone', 'crashed', false],
] as const)('is refused, and a repair brings all back: %s', async (_, leave, isLaterThere) => {
  await write('first');
  const copy = copied();
  await write('second', leave);
  if (!isLaterThere) for (const name of manifests()) rmSync(join(db, name));
  putBack(copy);
  await isRefused();
  await repairStore(store, { readData: false, report: () => {}, patience: 0 });
  expect(await keysIn()).toEqual(['first', 'second']);
});

test.each(['noted', 'crashed'] as const)(
  'a copy from while it was open is refused, too: %s',
  async (leave) => {
    let copy = new Map<string, Buffer>();
    await write('first', leave, async () => {
      copy = copied();
    });
    putBack(copy);
    await isRefused();
  },
);

test('an older copy of the whole folder is opened, again and again', async () => {
  await write('first');
  const whole = join(place.folder, 'whole');
  cpSync(db, whole, { recursive: true });
  await write('second');
  await write('third');
  rmSync(db, { recursive: true });
  cpSync(whole, db, { recursive: true });
  expect(await keysIn()).toEqual(['first']);
  // As a merge leaves it that is killed.
  writeFileSync(join(db, '009999.ldb'), '');
  expect(await keysIn()).toEqual(['first']);
});

test('what an opening left that was killed before it ended is no later manifest', async () => {
  await write('first', 'crashed');
  writeFileSync(join(db, 'MANIFEST-000999'), readFileSync(join(db, manifestOf(store))));
  expect(await keysIn()).toEqual(['first']);
});
