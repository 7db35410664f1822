import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeView, removeView } from '../../../src/store/broker/view-folder';
import { lookAtTables, requireWholeTables } from '../../../src/store/level/known-tables';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace, withEnvironment } from '../helpers/place';

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

const known = () => Object.keys(JSON.parse(readFileSync(join(place.folder, 'tables.json'), 'utf8'))).sort();

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

test('a table that was looked at is looked at again when its file was written, and after an hour', async () => {
  flip(-1);
  expect(await read()).toEqual(RIGHT);
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
  // Also where the clock was ahead when it was looked at.
  for (const hours of [1.01, -1]) {
    writeFileSync(join(place.folder, 'tables.json'), JSON.stringify(Object.fromEntries(states)));
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 60 * 60 * 1000);
    await lookAtTables(place.folder, db);
    jest.restoreAllMocks();
    expect(known()).toEqual(tables().filter((name) => name !== table));
  }
  await expect(read()).rejects.toThrow(refusal());

  // Written to, with a time of its own.
  writeFileSync(
    join(place.folder, 'tables.json'),
    JSON.stringify({ [table]: [size, ino, ctimeMs - 1, Date.now()] }),
  );
  await expect(read()).rejects.toThrow(refusal());
});

test('a whole table in the place of another is not read', async () => {
  flip(-1);
  const [one, other] = [tables()[0], table].map((name) => join(db, name as string));
  const both = [one, other].map((path) => readFileSync(path as string));
  writeFileSync(one as string, both[1] as Buffer);
  writeFileSync(other as string, both[0] as Buffer);
  await expect(read()).rejects.toMatchObject({
    code: 'FLOW_STORE_CORRUPT',
    message: expect.stringContaining(
      ` is damaged: all of its table ${tables()[0]} is not as it was written.`,
    ),
  });
});

test('a table that the database does not need may be anything, and is not known as whole', async () => {
  flip(-1);
  writeFileSync(join(db, '000999.ldb'), 'a part');
  mkdirSync(join(db, '000998.ldb'));
  await requireWholeTables(place.folder, db);
  expect(known()).toEqual(tables().filter((name) => !name.startsWith('00099')));
  rmSync(join(db, '000998.ldb'), { recursive: true });
  expect(await read()).toEqual(RIGHT);
});

test('where the manifest is damaged, it may need each table', async () => {
  flip(bytes.length - 100);
  const manifest = join(db, readFileSync(join(db, 'CURRENT'), 'latin1').trim());
  const all = readFileSync(manifest);
  all[10] = (all[10] as number) ^ 1;
  writeFileSync(manifest, all);
  await expect(requireWholeTables(place.folder, db)).rejects.toThrow(refusal());
  rmSync(join(db, 'CURRENT'));
  await expect(requireWholeTables(place.folder, db)).rejects.toThrow(refusal());
});

test('an old look for which there is no time at the end stays', async () => {
  flip(-1);
  await requireWholeTables(place.folder, db);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61 * 60 * 1000);
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
  await lookAtTables(place.folder, db);
  jest.restoreAllMocks();
  expect(known()).toEqual(tables());
});

test('a look is told; a view of the store trusts it', async () => {
  flip(-1);
  rmSync(join(place.folder, 'tables.json'), { force: true });
  const news: string[] = [];
  const tell = (line: string) => void news.push(line);
  await requireWholeTables(place.folder, db, tell);
  expect(news[0]).toBe(`is looking at its tables: 0 of ${tables().length}`);
  news.length = 0;
  await requireWholeTables(place.folder, db, tell);
  const view = makeView(place.folder, tmpdir());
  await requireWholeTables(view, join(view, 'db'), tell);
  removeView(view);
  expect(news).toEqual([]);
});

test('where there is much to look at, one process does it: others leave it to whoever has the database', async () => {
  flip(-1);
  const news: string[] = [];
  const tell = (line: string) => void news.push(line);
  const left = readdirSync(place.folder).sort();
  const letGo = await holdElsewhere();
  // LevelDB removes what it does not need when it opens a database.
  writeFileSync(join(db, '000999.ldb'), '');
  truncateSync(join(db, '000999.ldb'), 9 * 1024 * 1024);
  await expect(requireWholeTables(place.folder, db, tell)).rejects.toMatchObject({
    cause: { code: 'LEVEL_LOCKED' },
  });
  expect(news).toEqual([]);
  await letGo();
  await requireWholeTables(place.folder, db, tell);
  expect(news).toHaveLength(1);
  expect(readdirSync(place.folder).sort()).toEqual(left);
});

/** A process that has the database open. @returns what ends it */
async function holdElsewhere(): Promise<() => Promise<void>> {
  const program = `const { Level } = require(${JSON.stringify(require.resolve('level'))});
    new Level(process.argv[1]).open().then(() => { console.log('open'); process.stdin.resume(); });`;
  const child = spawn(process.execPath, ['-e', program, db], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
}
