/** Each damage of a log is told from what a crash leaves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LevelKv } from '../../../src/store/level/level';
import { damagedBytes } from '../../../src/store/salvage/log-check';
import { temporaryPlace } from '../helpers/place';

const place = temporaryPlace();
afterAll(() => place.dispose());

let log: Buffer;
beforeAll(async () => {
  const db = join(place.folder, 'db');
  const kv = await LevelKv.open(db);
  for (let i = 0; i < 60; i++)
    await kv.batch([{ key: `k/${i}`, value: 'v'.repeat(i === 7 ? 40_000 : 50 * i) }]);
  await kv.close();
  log = readFileSync(join(db, readdirSync(db).find((name) => name.endsWith('.log')) as string));
});

test('a log that ends anywhere is what a crash leaves; so are zeros behind it', () => {
  expect(log.length).toBeGreaterThan(100_000);
  for (let end = 0; end < log.length; end += 411)
    expect([end, damagedBytes(log.subarray(0, end))]).toEqual([end, 0]);
  expect(damagedBytes(Buffer.concat([log, Buffer.alloc(5000)]))).toBe(0);
});

test('any other bit is damage', () => {
  const header = log.length - 7 - 50 * 59 - 40;
  const places = [
    ...Array.from({ length: 100 }, (_, i) => i * 1055),
    ...Array.from({ length: 50 }, (_, i) => header + i),
  ];
  const silent: string[] = [];
  for (const at of places)
    for (const bit of [0, 3, 7]) {
      const altered = Buffer.from(log);
      altered[at] = (altered[at] as number) ^ (1 << bit);
      if (damagedBytes(altered) === 0) silent.push(`${at}.${bit}`);
    }
  expect(silent).toEqual([]);
});
