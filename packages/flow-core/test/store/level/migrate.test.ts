/** A database of format 1, as an older nx-flow left it, is brought to this format wherever the migration is cut off. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace } from '../helpers/place';

const COUNT = 4500;
const key = (i: number) => `task/movies/0000000001/train/${String(i).padStart(10, '0')}`;
const CURRENT = { format: 2, digests: 1 };

let place: ReturnType<typeof temporaryPlace>;
let db: string;
const stamp = () => JSON.parse(readFileSync(join(db, 'nx-flow.json'), 'utf8'));

beforeEach(async () => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
  const raw = new Level<string, string>(db);
  await raw.batch(
    Array.from({ length: COUNT }, (_, i) => ({ type: 'put', key: key(i), value: `value ${i}` })),
  );
  await raw.close();
  writeFileSync(join(db, 'nx-flow.json'), '{"format":1,"digests":1}\n');
});
afterEach(() => place.dispose());

async function expectWhole(): Promise<void> {
  const kv = await LevelKv.open(db);
  const entries = await kv.range({ gte: '', lt: '~', limit: COUNT + 9 });
  await kv.close();
  expect(stamp()).toEqual(CURRENT);
  expect(entries.map(([name]) => name)).toEqual(Array.from({ length: COUNT }, (_, i) => key(i)));
  expect(entries.map(([, value]) => Buffer.from(value).toString())).toEqual(
    Array.from({ length: COUNT }, (_, i) => `value ${i}`),
  );
}

test('all records are there afterwards, and it says how far it is', async () => {
  const told: number[] = [];
  const kv = await LevelKv.lock(db);
  await kv.prepare((done) => told.push(done));
  await kv.close();
  expect(told).toEqual([2000, 4000, 4500]);
  await expectWhole();
});

test('a stamp that was put back to format 1 by hand is put right, and no record gets a second checksum', async () => {
  await expectWhole();
  writeFileSync(join(db, 'nx-flow.json'), '{"format":1,"digests":1}\n');
  await expectWhole();
});

test.each(['after the stamp', 'after a batch', 'after the last batch', 'before the position is removed'])(
  'cut off %s',
  async (where) => {
    const batch = Level.prototype.batch;
    const writes = jest.spyOn(Level.prototype, 'batch');
    const stops = (times: number) =>
      writes.mockImplementation(function (this: Level, ...args: unknown[]) {
        if (writes.mock.calls.length > times) return Promise.reject(new Error('cut off'));
        return Reflect.apply(batch, this, args) as Promise<void>;
      } as never);
    const del = jest.spyOn(Level.prototype, 'del');
    if (where === 'before the position is removed') del.mockRejectedValue(new Error('cut off') as never);
    else stops({ 'after the stamp': 0, 'after a batch': 1 }[where] ?? 3);
    await expect(LevelKv.open(db)).rejects.toThrow('cut off');
    jest.restoreAllMocks();
    // An older nx-flow refuses it already.
    expect(stamp().format).toBe(2);
    await expectWhole();
  },
);
