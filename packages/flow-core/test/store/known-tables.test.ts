import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookAtTables } from '../../src/store/known-tables';
import { LevelKv } from '../../src/store/level';
import { temporaryPlace, withEnvironment } from './helpers/place';

withEnvironment('CI', '1');

let place: ReturnType<typeof temporaryPlace>;
let db: string;
let whole: string;
let table: string;
let bytes: Buffer;

/** The even ones are there. */
const ALL = Array.from({ length: 90 }, (_, i) => `run/films/${String(i).padStart(10, '0')}`);
const there = ALL.filter((_, i) => i % 2 === 0);
const textOf = (key: string, version: number) => `${key} ${version} ${'x'.repeat(180)}`;

beforeAll(async () => {
  place = temporaryPlace();
  db = join(place.folder, 'db');
  whole = join(place.folder, 'whole');
  // Two versions of each record, in two tables: an older one must not take the place of what is damaged.
  for (const version of [1, 2]) {
    const kv = await LevelKv.open(db);
    await kv.batch(there.map((key) => ({ key, value: textOf(key, version) })));
    await kv.close();
  }
  await (await LevelKv.open(db)).close();
  table = tables().at(-1) as string;
  bytes = readFileSync(join(db, table));
  cpSync(db, whole, { recursive: true });
});
afterAll(() => place.dispose());

const tables = () =>
  readdirSync(db)
    .filter((name) => name.endsWith('.ldb'))
    .sort();

function flip(at: number): void {
  rmSync(db, { recursive: true });
  cpSync(whole, db, { recursive: true });
  const damaged = Buffer.from(bytes);
  damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
  writeFileSync(join(db, table), damaged);
}

const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();

/** What each record has, alone and among the others. */
async function read(): Promise<(string | undefined)[][]> {
  const kv = await LevelKv.open(db);
  try {
    const one = await Promise.all(ALL.map((key) => kv.get(key).then(text)));
    const all = await kv.range({ gte: 'run/', lt: 'run0', limit: 1000 });
    return [one, all.map(([, value]) => text(value))];
  } finally {
    await kv.close();
  }
}

const RIGHT = [
  ALL.map((key) => (there.includes(key) ? textOf(key, 2) : undefined)),
  there.map((key) => textOf(key, 2)),
];
const refusal = () =>
  new RegExp(
    `^The database ${db} is damaged: (byte [\\d,]+|the end) of its table ${table} is not as it was written\\. Nothing was changed: `,
  );

test('whatever bit of a table is flipped, what is read is right, or an error', async () => {
  // Blocks of records, then a filter, what names it, an index, and the end.
  const places = Array.from({ length: bytes.length }, (_, at) => at).filter(
    (at) => at % 61 === 0 || (at > bytes.length - 350 && at % 3 === 0),
  );
  let refused = 0;
  for (const at of places) {
    flip(at);
    const found = await read().catch((error) => error);
    if (Array.isArray(found)) expect([at, found]).toEqual([at, RIGHT]);
    else
      expect([at, found]).toEqual([
        at,
        expect.objectContaining({ code: 'FLOW_STORE_CORRUPT', message: expect.stringMatching(refusal()) }),
      ]);
    if (!Array.isArray(found)) refused++;
  }
  // What fills the end up says nothing.
  expect(refused).toBeGreaterThan(places.length - 16);
});

test('a table that was looked at is looked at again when its file was written, and after a day', async () => {
  flip(-1);
  expect(await read()).toEqual(RIGHT);
  const known = () => Object.keys(JSON.parse(readFileSync(join(place.folder, 'tables.json'), 'utf8'))).sort();
  expect(known()).toEqual(tables());

  // As a disk changes it: nobody wrote to it.
  flip(bytes.length - 100);
  const { size, ino, ctimeMs } = statSync(join(db, table));
  const looks = Object.fromEntries(tables().map((name) => [name, statSync(join(db, name))]));
  const states = Object.entries(looks).map(([name, one]) => [
    name,
    [one.size, one.ino, one.ctimeMs, Date.now()],
  ]);
  writeFileSync(join(place.folder, 'tables.json'), JSON.stringify(Object.fromEntries(states)));
  await lookAtTables(place.folder, db);
  expect(known()).toContain(table);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 60 * 60 * 1000);
  await lookAtTables(place.folder, db);
  jest.restoreAllMocks();
  expect(known()).toEqual(tables().filter((name) => name !== table));
  await expect(read()).rejects.toThrow(refusal());

  // Written to, with a time of its own.
  writeFileSync(
    join(place.folder, 'tables.json'),
    JSON.stringify({ [table]: [size, ino, ctimeMs - 1, Date.now()] }),
  );
  await expect(read()).rejects.toThrow(refusal());
});

test('a table that the database does not need may be anything', async () => {
  flip(-1);
  writeFileSync(join(db, '000999.ldb'), 'a part');
  expect(await read()).toEqual(RIGHT);
});
