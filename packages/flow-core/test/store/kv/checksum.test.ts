import { join } from 'node:path';
import fc from 'fast-check';
import { Level } from 'level';
import { sealed, unsealed } from '../../../src/store/kv/checksum';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace } from '../helpers/place';

const KEY = 'artifact/movies/0000000012/train/0000000003/loss';
const damaged = { code: 'FLOW_STORE_CORRUPT', exit: 1 };
const noticed = (read: () => unknown) => {
  let error: unknown;
  try {
    read();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject(damaged);
};

test('what was sealed is read as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (value) => {
      expect([...unsealed(KEY, sealed(KEY, value))]).toEqual([...value]);
    }),
  );
});

test('every flipped bit is noticed, and every byte that is missing or too many', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(), fc.nat({ max: 7 }), (value, at, bit) => {
      const whole = sealed(KEY, value);
      const flipped = Uint8Array.from(whole);
      flipped[at % whole.length] = (flipped[at % whole.length] as number) ^ (1 << bit);
      noticed(() => unsealed(KEY, flipped));
      noticed(() => unsealed(KEY, whole.subarray(0, at % whole.length)));
      noticed(() => unsealed(KEY, Uint8Array.from([...whole, bit])));
    }),
  );
});

test('the record of another key is noticed, and the sentence names the one that was asked for', async () => {
  const place = temporaryPlace();
  const db = join(place.folder, 'db');
  const other = KEY.replace('loss', 'gain');
  const before = await LevelKv.open(db);
  await before.batch([KEY, other].map((key) => ({ key, value: `value of ${key}` })));
  await before.close();
  const raw = new Level<string, Uint8Array>(db, { valueEncoding: 'view' });
  await raw.put(other, (await raw.get(KEY)) as Uint8Array);
  await raw.close();
  const kv = await LevelKv.open(db);
  const message = expect.stringMatching(/^The store's record of movies\/12\/train\/3\/gain is damaged/);
  await expect(kv.get(other)).rejects.toMatchObject({ ...damaged, message });
  await expect(kv.getMany([KEY, other])).rejects.toMatchObject(damaged);
  await expect(kv.range({ gte: '', lt: '~', limit: 9 })).rejects.toMatchObject(damaged);
  const inspected = await kv.inspect({ gte: '', lt: '~', limit: 9 });
  expect(inspected.filter(([, value]) => value === undefined)).toEqual([[other, undefined]]);
  expect(Buffer.from((await kv.get(KEY)) as Uint8Array).toString()).toBe(`value of ${KEY}`);
  await kv.close();
  await place.dispose();
});
