/** A store says which format it has, and a newer one is refused before anything in it is changed. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../../src/environment/package-root';
import { BrokerKv } from '../../../src/store/broker/client';
import { LevelKv } from '../../../src/store/level/level';
import { walk } from '../../../src/store/values/digest';
import { temporaryPlace, wholeFolder, withEnvironment } from '../helpers/place';

// The brokers leave at once when the last client has left.
withEnvironment('CI', '1');

let place: ReturnType<typeof temporaryPlace>;
let db: string;
let stamp: string;
beforeEach(() => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
  mkdirSync(db);
  stamp = join(db, 'nx-flow.json');
});
afterEach(() => place.dispose());

/** Uses the database as one broker does, from its start to its end. */
async function session<T>(use: (kv: LevelKv) => Promise<T>): Promise<T> {
  const kv = await LevelKv.open(db);
  try {
    return await use(kv);
  } finally {
    await kv.close();
  }
}
const write = () => session((kv) => kv.batch([{ key: 'k', value: 'v' }]));
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const CURRENT = { format: 2, digests: 1 };

async function expectRefusal(code: string, message: string): Promise<void> {
  const before = wholeFolder(place.folder);
  await expect(LevelKv.open(db)).rejects.toMatchObject({
    code,
    exit: code === 'FLOW_STORE_CORRUPT' ? 1 : 2,
    message,
  });
  expect(wholeFolder(place.folder)).toEqual(before);
}

test('a store that is made has the stamp of this version, outside of what is recorded', async () => {
  await write();
  expect(JSON.parse(readFileSync(stamp, 'utf8'))).toEqual(CURRENT);
  expect(await session((kv) => kv.range({ gte: '', lt: '~', limit: 10 }))).toEqual([
    ['k', expect.anything()],
  ]);
});

test('records from before there were stamps are refused, and stay', async () => {
  await write();
  const written = readFileSync(stamp);
  rmSync(stamp);
  await expect(LevelKv.open(db)).rejects.toMatchObject({
    code: 'FLOW_STORE_FORMAT',
    exit: 2,
    message: expect.stringMatching(
      /remove the store's folder and run your flows again.* If its file nx-flow\.json was removed, write it again: \{"format":2,"digests":1\}/,
    ),
  });
  writeFileSync(stamp, written);
  expect(text(await session((kv) => kv.get('k')))).toBe('v');
});

test('a creation that was cut off before its stamp is finished', async () => {
  await session(async () => {});
  rmSync(stamp);
  await write();
  expect(JSON.parse(readFileSync(stamp, 'utf8'))).toEqual(CURRENT);
});

test.each([
  { format: 3, digests: 1 },
  { format: 2, digests: 2 },
  { format: 3, digests: 7, unknown: 'to this version' },
])('a newer store is refused, and left as it is: %j', async (newer) => {
  await write();
  writeFileSync(stamp, JSON.stringify(newer));
  await expectRefusal(
    'FLOW_STORE_FORMAT',
    `The database ${place.folder}/db has format ${newer.format} and digests of version ${newer.digests}, and this nx-flow reads up to format 2 and digests of version 1: use the nx-flow that wrote it or a newer one, or another store by --store=<folder> or NX_FLOW_STORE (see UPGRADING.md). Nothing was changed.`,
  );
  writeFileSync(stamp, JSON.stringify(CURRENT));
  expect(text(await session((kv) => kv.get('k')))).toBe('v');
});

test.each(['', '{', 'null', '{"format":1}', '{"format":"1","digests":1}', '{"format":0,"digests":1}'])(
  'a stamp that is damaged is refused, not guessed: %j',
  async (damaged) => {
    await write();
    writeFileSync(stamp, damaged);
    await expectRefusal(
      'FLOW_STORE_CORRUPT',
      `The format stamp ${stamp} is damaged. Nothing was changed: restore it from a copy or, if the store was never used by a newer nx-flow, write {"format":2,"digests":1} into it (see UPGRADING.md).`,
    );
  },
);

test('a command on a newer store gets the sentence, whatever it asks', async () => {
  await write();
  writeFileSync(stamp, '{"format":3,"digests":1}');
  const before = wholeFolder(place.folder);
  const kv = BrokerKv.open(place.folder);
  const asked = await Promise.allSettled([
    kv.get('k'),
    kv.claim('c', 'n'),
    kv.batch([{ key: 'k', value: 'w' }]),
  ]);
  for (const each of asked)
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'FLOW_STORE_FORMAT', exit: 2 } });
  await kv.close();
  expect(wholeFolder(place.folder)).toEqual(before);
});

test('the guide that the sentence names is there, and names both codes', () => {
  const guide = readFileSync(packageFile('../../UPGRADING.md'), 'utf8');
  for (const code of ['FLOW_STORE_FORMAT', 'FLOW_STORE_CORRUPT']) expect(guide).toContain(code);
});

test('digests of version 1 are these: where one changes, DIGEST_VERSION goes up', () => {
  const value = {
    text: 'Zürich',
    numbers: [0, -0, 1.5, Number.NaN, 10n],
    rest: [null, undefined, true, new Date(0), /a/g],
    map: new Map([['k', new Set([1])]]),
    bytes: Uint8Array.of(1, 2, 3),
    error: new RangeError('too large'),
  };
  expect(walk(value).digest).toBe('fc161cc2c1d5de6594d7c1bc9abbad1a282242510654118852f1cf3a977cee91');
});
