import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerKv } from '../../../src/store/broker/client';
import { StartingBroker } from '../../../src/store/broker/starting';
import { droppedLine } from '../../../src/store/level/dropped';
import { manifestOf, noteLogs } from '../../../src/store/level/left-logs';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace, withEnvironment } from '../helpers/place';

withEnvironment('CI', '1');

let place: ReturnType<typeof temporaryPlace>;
let db: string;
beforeEach(async () => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
  const kv = await LevelKv.open(db);
  for (let i = 0; i < 200; i++) await kv.batch([{ key: `k/${i}`, value: 'v'.repeat(500) }]);
  await kv.close();
});
afterEach(() => place.dispose());

/** Changes the newest log. */
function damage(change: (bytes: Buffer) => Buffer | undefined): void {
  const log = join(db, readdirSync(db).find((name) => name.endsWith('.log')) as string);
  const bytes = change(readFileSync(log));
  if (bytes) writeFileSync(log, bytes);
  else rmSync(log);
}

async function count(): Promise<number> {
  const kv = await LevelKv.open(db);
  const { length } = await kv.range({ gte: '', lt: '~', limit: 1000 });
  await kv.close();
  return length;
}

test('records that LevelDB dropped are told by each command, until the note is removed', async () => {
  damage((bytes) => {
    bytes[40_000] = (bytes[40_000] as number) ^ 1;
    return bytes;
  });
  expect(await count()).toBeLessThan(200);
  // LevelDB's own report is replaced at its next start.
  await count();
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const told = async () => {
    lines.length = 0;
    const kv = BrokerKv.open(place.folder);
    await kv.get('k/0');
    await kv.close();
    return lines.join('');
  };
  const line =
    /^The store .* was damaged: since \d{4}-\d\d-\d\d, [\d,]+ bytes of its newest records could not be read/;
  expect(await told()).toMatch(line);
  expect(await told()).toMatch(line);
  rmSync(join(place.folder, 'damage.json'));
  jest.restoreAllMocks();
  expect(droppedLine(place.folder)).toBeUndefined();
});

test('a log that ends in the middle of a record is a crash, and no damage', async () => {
  damage((bytes) => bytes.subarray(0, bytes.length - 77));
  expect(await count()).toBe(199);
  expect(droppedLine(place.folder)).toBeUndefined();
});

test('a log in which a part stands twice ends the process of LevelDB: that is damage', async () => {
  const BLOCK = 32 * 1024;
  damage((bytes) =>
    Buffer.concat([bytes.subarray(0, BLOCK), bytes.subarray(0, BLOCK), bytes.subarray(2 * BLOCK)]),
  );
  await expect(new StartingBroker(place.folder).settled).rejects.toMatchObject({
    code: 'FLOW_STORE_CORRUPT',
    message: expect.stringMatching(
      / is damaged: LevelDB has ended its process \(Assertion .* failed\)\. Restore .* nx-flow verify --repair\.$/,
    ),
  });
});

describe('a log that its broker left', () => {
  let manifest: string;
  beforeEach(() => {
    manifest = manifestOf(place.folder);
    noteLogs(place.folder, manifest);
  });

  test.each<[string, (bytes: Buffer) => Buffer | undefined]>([
    ['ends early', (bytes) => bytes.subarray(0, bytes.length - 77)],
    ['is empty', () => Buffer.alloc(0)],
    ['is zero', (bytes) => bytes.fill(0)],
    ['is gone', () => undefined],
  ])('and that %s is damage, told from then on', async (_, change) => {
    damage(change);
    expect(await count()).toBeLessThan(200);
    expect(await count()).toBeLessThan(200);
    expect(droppedLine(place.folder)).toMatch(/ bytes of its newest records could not be read and are lost/);
  });

  test('and that is as it was, or that something follows, is none; nor is what a later broker leaves by its death', async () => {
    damage((bytes) => Buffer.concat([bytes, Buffer.from('torn')]));
    expect(await count()).toBe(200);
    const kv = await LevelKv.open(db);
    await kv.batch([{ key: 'k/more', value: 'v' }]);
    await kv.close();
    damage((bytes) => bytes.subarray(0, bytes.length - 3));
    expect(await count()).toBe(200);
    expect(droppedLine(place.folder)).toBeUndefined();
  });

  test('is not compared with those of a later broker, whoever of both writes its note first', async () => {
    const kv = await LevelKv.open(db);
    // The first one had let go of the database before its note.
    noteLogs(place.folder, manifest);
    await kv.batch([{ key: 'k/more', value: 'v' }]);
    await kv.close();
    damage((bytes) => bytes.subarray(0, bytes.length - 3));
    expect(await count()).toBe(200);
    expect(droppedLine(place.folder)).toBeUndefined();
  });
});
