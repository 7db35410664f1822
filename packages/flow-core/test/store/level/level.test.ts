/** The database after a write that failed: LevelDB itself goes on as if nothing had been. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import type { Op } from '../../../src/store/kv/kv';
import { droppedLine } from '../../../src/store/level/dropped';
import { LevelKv } from '../../../src/store/level/level';
import { NotAcknowledged } from '../../../src/store/level/not-acknowledged';
import { damagedNumbers, mendNumbers, newestNumbers } from '../../../src/store/level/numbers';
import { temporaryPlace } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let kv: LevelKv;

beforeEach(async () => {
  place = temporaryPlace();
  kv = await LevelKv.open(join(place.folder, 'db'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await kv.close();
  await place.dispose();
});

const put = (key: string): Op[] => [{ key, value: 'v' }];

/** The next batch that LevelDB gets fails, when it is said. */
function nextBatchFails(): { now(): void } {
  let now = () => {};
  const failing = new Promise<void>((_, reject) => {
    now = () =>
      reject(
        Object.assign(new Error('IO error: 000003.log: Input/output error'), { code: 'LEVEL_IO_ERROR' }),
      );
  });
  jest.spyOn(Level.prototype, 'batch').mockImplementationOnce((() => failing) as never);
  return { now: () => now() };
}

test('a batch that came behind one that fails is neither written nor acknowledged', async () => {
  const failure = nextBatchFails();
  const first = kv.batch(put('first'));
  const second = kv.batch(put('second'), { sync: true });
  const third = kv.claim('counter', 'nonce');
  expect(await kv.getMany(['first', 'second', 'counter'])).toEqual([undefined, undefined, undefined]);
  failure.now();
  await expect(first).rejects.toThrow('Input/output error');
  await expect(second).rejects.toBeInstanceOf(NotAcknowledged);
  await expect(third).rejects.toBeInstanceOf(NotAcknowledged);
  await kv.close();
  kv = await LevelKv.open(join(place.folder, 'db'));
  expect(await kv.getMany(['first', 'second', 'counter'])).toEqual([undefined, undefined, undefined]);
});

test('after a failed batch everything is refused until the database is opened anew', async () => {
  await kv.batch(put('before'));
  const claim = await kv.claim('counter', 'nonce');
  const failure = nextBatchFails();
  const failed = kv.batch(put('failed'));
  const generation = kv.generation();
  failure.now();
  await expect(failed).rejects.toThrow('Input/output error');
  await kv.failed;
  const asked = [
    generation,
    kv.generation(),
    kv.get('before'),
    kv.getMany(['before']),
    kv.range({ gte: '', lt: '~', limit: 1 }),
    kv.batch(put('after')),
    kv.batch([{ key: 'before', value: undefined }], { sync: true }),
    kv.claim('counter', 'another'),
    kv.claim('counter', 'nonce'),
  ];
  for (const each of asked) await expect(each).rejects.toBeInstanceOf(NotAcknowledged);
  await kv.close();
  kv = await LevelKv.open(join(place.folder, 'db'));
  expect(await kv.getMany(['failed', 'after'])).toEqual([undefined, undefined]);
  expect(Buffer.from((await kv.get('before')) as Uint8Array).toString()).toBe('v');
  expect(await kv.claim('counter', 'another')).toBe(claim + 1);
});

test('a batch that never reached LevelDB harms nothing', async () => {
  await expect(kv.batch(put(undefined as never))).rejects.toThrow(/undefined/);
  await kv.batch(put('after'));
  expect(await kv.get('after')).toBeDefined();
});

test('a number is not given twice when the database has lost its newest records', async () => {
  expect([await kv.claim('counter', 'a'), await kv.claim('counter', 'b')]).toEqual([1, 2]);
  await kv.batch(['counter', 'b'].map((key) => ({ key, value: undefined })));
  expect(await kv.claim('counter', 'c')).toBe(3);
  // The file alone is lost: the database knows.
  rmSync(join(place.folder, 'numbers.json'));
  expect(await kv.claim('counter', 'd')).toBe(4);
  writeFileSync(join(place.folder, 'numbers.json'), 'damaged');
  expect(await kv.claim('counter', 'e')).toBe(5);
});

test('a number beside the database that is not the one that was written counts as none', async () => {
  const file = join(place.folder, 'numbers.json');
  for (const nonce of ['a', 'b', 'c']) await kv.claim('counter/films', nonce);
  await kv.claim('counter/other', 'z');
  expect(damagedNumbers(place.folder)).toEqual([]);
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, written.replace('"counter/films":[3,', '"counter/films":[7,'));
  expect(damagedNumbers(place.folder)).toEqual(['counter/films']);
  expect(newestNumbers(place.folder)).toEqual(
    new Map([
      ['counter/films', 0],
      ['counter/other', 1],
    ]),
  );
  mendNumbers(place.folder, new Map([['counter/films', 3]]));
  expect(damagedNumbers(place.folder)).toEqual([]);
  expect(newestNumbers(place.folder)).toEqual(
    new Map([
      ['counter/films', 3],
      ['counter/other', 1],
    ]),
  );
  // As it was written without checksums.
  writeFileSync(file, '{"counter/films":[5,"n"]}');
  expect(damagedNumbers(place.folder)).toEqual([]);
  expect(await kv.claim('counter/films', 'd')).toBe(6);
  writeFileSync(file, written.slice(0, 20));
  expect(damagedNumbers(place.folder)).toBe('unreadable');
  rmSync(file);
  expect(damagedNumbers(place.folder)).toBe('missing');
});

test('a number whose broker died before the database knew it is kept for whoever asks again', async () => {
  const died = () => jest.spyOn(kv, 'batch').mockRejectedValueOnce(new Error('It died.'));
  for (const nonce of ['a', 'b', 'b']) {
    died();
    await expect(kv.claim('counter', `nonce/${nonce}`)).rejects.toThrow('It died.');
  }
  expect(await kv.claim('counter', 'nonce/c')).toBe(3);
  expect([await kv.claim('counter', 'nonce/a'), await kv.claim('counter', 'nonce/b')]).toEqual([1, 2]);
  expect(await kv.claim('counter', 'nonce/d')).toBe(4);
});

test('a number that nobody was given because its broker died is no loss; one that was given is', async () => {
  expect(await kv.claim('counter/films', 'nonce/films/a')).toBe(1);
  jest.spyOn(kv, 'batch').mockRejectedValueOnce(new Error('It died.'));
  await expect(kv.claim('counter/films', 'nonce/films/b')).rejects.toThrow('It died.');
  const again = async () => {
    await kv.close();
    kv = await LevelKv.open(join(place.folder, 'db'));
    return droppedLine(place.folder);
  };
  expect(await again()).toBeUndefined();
  await kv.batch([{ key: 'counter/films', value: undefined }]);
  expect(await again()).toMatch(/ films\/1 is lost\./);
});

test('it can be closed while ranges are being read', async () => {
  await kv.batch(Array.from({ length: 3000 }, (_, i) => ({ key: `k/${i}`, value: 'v'.repeat(500) })));
  const reading = Array.from({ length: 8 }, () => kv.range({ gte: '', lt: '\x7f', limit: 3000 }));
  await kv.close();
  for (const { status, ...result } of await Promise.allSettled(reading))
    if (status === 'fulfilled') expect(result).toMatchObject({ value: { length: 3000 } });
});
