/** A repair keeps every record that is whole, says what is lost, and adds nothing; the old database stays as it was. */
import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Level } from 'level';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { damagedFiles } from '../../../src/engine/verify/database-files';
import { damagedNumbersFile } from '../../../src/engine/verify/numbers-file';
import { temporaryName } from '../../../src/environment/temporary';
import { sealed } from '../../../src/store/kv/checksum';
import { keys, prefixRange } from '../../../src/store/kv/row-keys';
import { droppedLine } from '../../../src/store/level/dropped';
import { LevelKv } from '../../../src/store/level/level';
import { hasDatabase } from '../../../src/store/new-store';
import { openStore } from '../../../src/store/open';
import { logsByTime } from '../../../src/store/rows/logs';
import { unpackArtifact } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import { type DamagedRange, damagedRanges } from '../../../src/store/salvage/damaged-ranges';
import { MemoryEngine } from '../../kit/memory';
import { kill, startBroker, wholeFolder } from '../../store/helpers/place';
import { exported, imported } from '../transfer/kit';
import { DamagedStore, films, type Rows, text } from './damaged-store';

const damaged = new DamagedStore();
let before: Rows;
beforeAll(async () => {
  await damaged.make();
  before = await damaged.rows();
});
beforeEach(() => damaged.fresh());
afterAll(() => damaged.dispose());

const bad = Buffer.from('{"status":"done"}????');
const TASK = keys.task('films', 1, 'each', 3);

/** Without what a repair makes anew. */
const recorded = (rows: Rows) =>
  [...rows].filter(([key]) => !/^((twin\/)?(run|namespace)|lost|counter)\//.test(key)).sort();
const without = (...lost: string[]) =>
  [...before]
    .filter(([key]) => !/^((twin\/)?(run|namespace)|lost|counter)\//.test(key) && !lost.includes(key))
    .sort();

test('a store that was made is whole', async () => {
  expect((await damaged.verify()).problems).toEqual([]);
  expect(before.has(TASK)).toBe(true);
});

describe('a record that is lost alone', () => {
  const CODE = keys.code('films', 1);
  const TAG = keys.tag('films', 3, 'best');
  const mine = 'user:tester';
  const lose = async (key: string) => damaged.raw([{ key, value: undefined }]);
  /** What reading says, by the name of what is read. */
  const read = async () => {
    const store = await damaged.open();
    const said = (reading: Promise<unknown>) =>
      reading.then(
        () => 'read',
        ({ code, message }) => `${code} ${message}`,
      );
    const row = (await store.run('films', 3)) as RunRow;
    const all = async () => {
      for await (const _ of store.tagged('films'));
    };
    const found = [said(store.code('films', 1)), said(store.tags(row)), said(all())];
    const lines = await Promise.all(found);
    await store.close();
    return lines;
  };

  test('the code: who reads it hears it; an import brings it back, and so a repair notes only what is lost', async () => {
    const store = await damaged.open();
    const file = await exported(store, 'films', 1);
    await store.close();
    await lose(CODE);
    const [code, ...tags] = await read();
    expect(code).toMatch(/^FLOW_STORE_CORRUPT the code of films\/1 is lost: the store was damaged/);
    expect(tags).toEqual(['read', 'read']);
    expect((await damaged.verify()).problems).toEqual([
      expect.stringMatching(/^the code of films\/1 is lost: /),
    ]);
    const again = await damaged.open();
    expect((await imported(again, file)).mended).toEqual({ records: 1, values: 0 });
    await again.close();
    expect(await damaged.rows()).toEqual(before);
    await lose(CODE);
    const { lines } = await damaged.repair();
    expect(lines).toEqual([
      expect.stringMatching(/^the code of films\/1 is lost: the store was damaged, and rep/),
    ]);
    expect(await damaged.verify()).toMatchObject({ problems: [], lost: [{ where: 'the code of films/1' }] });
  });

  test('a tag: who reads it hears it, also in a list; a repair brings it back', async () => {
    await lose(TAG);
    const lost = expect.stringMatching(/^FLOW_STORE_CORRUPT a tag of films\/3 is lost: .*verify --repair/);
    expect(await read()).toEqual(['read', lost, lost]);
    expect((await damaged.verify()).problems).toEqual([
      expect.stringMatching(/^a tag of films\/3 is lost: /),
    ]);
    expect((await damaged.repair()).lines).toEqual([]);
    expect(await damaged.rows()).toEqual(before);
  });

  test.each([
    [
      'the row of the newest run',
      () => keys.run('films', 3),
      'films/3 is lost: ',
      /^films\/3 Its row is lost/,
    ],
    [
      'the newest run in its namespace',
      () => keys.inNamespace('films', mine, 3),
      'the namespace of films/3 is lost: ',
      /^films\/3 It is in the index of no/,
    ],
  ])('%s: an earlier one never takes its place', async (_, keyOf, message, problem) => {
    const key = keyOf();
    expect(before.has(key)).toBe(true);
    await lose(key);
    const store = await damaged.open();
    const lost = { code: 'FLOW_STORE_CORRUPT', message: expect.stringContaining(message) };
    await expect(store.latest('films', mine)).rejects.toMatchObject(lost);
    for (const list of [store.runs('films', mine), store.tagged('films', { namespace: mine })])
      await expect(list.next()).rejects.toMatchObject(lost);
    if (key.startsWith('run/')) {
      await expect(store.latest('films')).rejects.toMatchObject(lost);
      await expect(store.run('films', 3)).rejects.toMatchObject(lost);
      await expect(store.tagged('films', { tags: ['best'] }).next()).rejects.toMatchObject(lost);
    }
    await store.close();
    expect((await damaged.verify()).problems).toEqual([expect.stringMatching(problem)]);
    const { lines } = await damaged.repair();
    expect(lines).toEqual(key.startsWith('run/') ? [expect.stringMatching(/^films\/3 is lost: /)] : []);
    const again = await damaged.open();
    expect((await again.latest('films', mine))?.run).toBe(key.startsWith('run/') ? 2 : 3);
    await again.close();
  });

  test('one that is none of its kind, though its checksum is right, is an error with a code', async () => {
    const row = keys.run('films', 3);
    for (const text of ['null', '{"flow":']) {
      damaged.fresh();
      await damaged.raw([row, TASK].map((key) => ({ key, value: sealed(key, text) })));
      const store = await damaged.open();
      const refused = { code: 'FLOW_STORE_CORRUPT', message: expect.stringContaining('none of its kind') };
      await expect(store.run('films', 3)).rejects.toMatchObject(refused);
      await expect(store.task('films', 1, 'each', 3)).rejects.toMatchObject(refused);
      await expect(store.runs('films', mine).next()).rejects.toMatchObject(refused);
      await store.close();
    }
    expect(() => unpackArtifact(Buffer.from('ab'))).toThrow(
      expect.objectContaining({ code: 'FLOW_STORE_CORRUPT' }),
    );
  });

  test('a piece of output: who reads all of the run hears it', async () => {
    await lose([...before.keys()].find((key) => key.startsWith('log/films/0000000001/each')) as string);
    const store = await damaged.open();
    const read = async () => {
      for await (const _ of logsByTime(store, 'films', 1));
    };
    await expect(read()).rejects.toThrow('has 2 of the 3 pieces of output of films/1/each');
    await store.close();
  });

  test('a twin says nothing, as in a store that was written before there were twins', async () => {
    for (const key of [CODE, TAG, keys.run('films', 3), keys.inNamespace('films', mine, 3)])
      await lose(keys.twin(key));
    expect(await read()).toEqual(['read', 'read', 'read']);
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('by whom the number of an import was taken: a repair records it, and the file is known again', async () => {
    const store = await damaged.open();
    const file = await exported(store, 'films', 3);
    const { run } = await imported(store, file, { namespace: 'theirs' });
    const nonces = (await store.kv.range({ ...prefixRange(keys.nonces('films')), limit: 10 })).map(
      ([key]) => key,
    );
    await store.close();
    await lose(nonces.find((key) => key.includes('import')) as string);
    expect((await damaged.verify()).problems).toEqual([
      expect.stringMatching(/^films\/4 That it was imported is not known any more/),
    ]);
    expect((await damaged.repair()).lines).toEqual([]);
    const again = await damaged.open();
    expect(await imported(again, file, { namespace: 'theirs' })).toMatchObject({
      known: true,
      run: { run: run.run },
    });
    await again.close();
  });

  test('goes with its run: nothing is left of it', async () => {
    const store = await damaged.open();
    const rows = await Promise.all([1, 2, 3].map((run) => store.unpinnedRun('films', run)));
    await removeRuns(store, rows as RunRow[], { by: 'tester', at: 1 });
    await store.close();
    expect(
      [...(await damaged.rows()).keys()].filter((key) => /^(twin|code|namespace|run|tag)/.test(key)),
    ).toEqual([]);
  });
});

describe('a damaged record', () => {
  const repairOf = async (key: string) => {
    expect(before.has(key)).toBe(true);
    await damaged.raw([{ key, value: bad }]);
    const { lines } = await damaged.repair();
    const { problems, lost } = await damaged.verify();
    expect(problems).toEqual([]);
    return { lines, lost, after: await damaged.rows() };
  };

  const artifactOf = (name: string) => [...before.keys()].find((key) => key.endsWith(`/${name}`)) as string;

  test.each([
    ['task', () => TASK, 'films/1/each/3 is lost: the store was damaged, and repaired on '],
    ['artifact', () => artifactOf('sum'), 'is lost: the store was damaged, and repaired on '],
    ['log', () => [...before.keys()].find((key) => key.startsWith('log/')) as string, 'the output of films/'],
    ['code', () => keys.code('films', 1), 'the code of films/1 is lost: '],
  ])('%s: is named, and all others are as they were', async (_, keyOf, message) => {
    const key = keyOf();
    const { lines, lost, after } = await repairOf(key);
    expect(lines).toEqual([expect.stringContaining(message)]);
    expect(lost).toHaveLength(1);
    expect(recorded(after)).toEqual(without(key));
    expect(after.has(keys.lost(key))).toBe(true);
  });

  test.each([
    ['the index of a namespace', keys.inNamespace('films', 'user:tester', 2)],
    ['the newest number', keys.counter('films')],
    ['a tag', keys.tag('films', 3, 'best')],
  ])('%s: is made anew', async (_, key) => {
    const { lines, after } = await repairOf(key);
    expect(lines).toEqual([]);
    expect(after).toEqual(before);
  });

  test.each([
    ['of a run that there was not', keys.task('films', 4, 'each', 3)],
    ['of a flow that there is not', keys.tag('filmz', 1, 'best')],
    ['of a step that the run has not', keys.task('films', 1, 'eacj', 3)],
  ])('one whose key was damaged, %s: nothing is named that never was', async (_, key) => {
    await damaged.raw([{ key, value: bad }]);
    const { lines } = await damaged.repair();
    expect(lines).toEqual([]);
    expect((await damaged.verify()).problems).toEqual([]);
    expect(await damaged.rows()).toEqual(before);
  });

  test('the row of a run: whoever asks for the run hears it; what other runs need of it is there', async () => {
    const { lines, after } = await repairOf(keys.run('films', 1));
    expect(lines).toEqual([expect.stringMatching(/^films\/1 is lost: .* Import it from an export, or run/)]);
    expect(recorded(after)).toEqual(without());
    const store = await damaged.open();
    await expect(store.run('films', 1)).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(/^films\/1 is lost: the store was damaged, and repaired on 20/),
    });
    expect((await store.latest('films'))?.run).toBe(3);
    await store.close();
  });

  test('the last row of a run, while its first one is there: it counts as killed, and can be resumed', async () => {
    const key = keys.run('films', 3);
    const row = JSON.parse(before.get(key) as string);
    const { contents: _c, durationMs: _d, tasks: _t, ...first } = { ...row, status: 'running' };
    await damaged.raw([{ key, value: sealed(key, JSON.stringify(first)) }]);
    await damaged.raw([{ key, value: bad }], true);
    const { lines } = await damaged.repair();
    expect(lines).toEqual([expect.stringMatching(/^the end of films\/3 is lost: .* nx-flow resume films 3/)]);
    const store = await damaged.open();
    expect((await store.run('films', 3))?.status).toBe('killed');
    await store.close();
  });
});

describe('a record that is not there', () => {
  test.each([
    [
      'a task, of which only the number is known',
      keys.task('films', 3, 'each', 3),
      /^1 task of films\/3\/each is lost: /,
    ],
    [
      'an artifact, which its task names',
      keys.artifact('films', 1, 'each', 3, 'twice'),
      /^films\/1\/each\/3\/twice is lost: /,
    ],
  ])('%s', async (_, key, message) => {
    expect(before.has(key)).toBe(true);
    await damaged.raw([{ key, value: undefined }]);
    expect((await damaged.verify()).problems).not.toEqual([]);
    const { lines } = await damaged.repair();
    expect(lines).toContainEqual(expect.stringMatching(message));
    const { problems, lost } = await damaged.verify();
    expect({ problems, lost: lost.length }).toEqual({ problems: [], lost: lines.length });
    expect(recorded(await damaged.rows())).toEqual(without(key));
  });

  test('numbers that were taken are not given again', async () => {
    writeFileSync(join(damaged.folder, 'numbers.json'), JSON.stringify({ 'counter/films': [7, 'n'] }));
    expect((await damaged.verify()).problems).toHaveLength(1);
    await damaged.repair();
    expect((await damaged.verify()).problems).toEqual([]);
    const store = await damaged.open();
    expect(await store.claimRun('films', 'next')).toBe(8);
    await store.close();
  });
});

test.each<[string, (written: string) => string | undefined, RegExp]>([
  [
    'another number',
    (written) => written.replace(/(films":\[)\d+/, '$17'),
    /number of films in this file is not/,
  ],
  ['cut off', (written) => written.slice(0, 12), /is no JSON/],
  ['gone', () => undefined, /is gone/],
])('the file of the numbers with %s: told, nothing is noted as lost, and mended', async (_, change, said) => {
  const file = join(damaged.folder, 'numbers.json');
  let store = await damaged.open();
  const next = (await store.claimRun('films', 'one')) + 1;

  await store.close();
  const now = change(readFileSync(file, 'utf8'));
  if (now === undefined) rmSync(file);
  else writeFileSync(file, now);
  store = await damaged.open();
  expect(await damagedNumbersFile(damaged.folder, store.kv)).toEqual([
    { where: 'numbers.json', message: expect.stringMatching(said) },
  ]);
  await store.close();
  expect((await damaged.verify()).problems).toEqual([]);
  expect((await damaged.repair()).lines).toEqual([]);
  store = await damaged.open();
  expect(await damagedNumbersFile(damaged.folder, store.kv)).toEqual([]);
  expect(await store.claimRun('films', 'two')).toBe(next);
  await store.close();
});

describe('files of the database', () => {
  /** All records in a table of the last level. */
  const inTables = () => damaged.raw([]);
  const table = () => damaged.files(/\.ldb$/)[0] as string;

  test('a table that is gone: it is named, and so are the runs of which nothing is there', async () => {
    await inTables();
    rmSync(table());
    expect(damagedFiles(damaged.folder)).toEqual([
      {
        where: expect.stringMatching(/^db\/\d+\.ldb$/),
        message: expect.stringMatching(/ is gone, with records from films/),
      },
    ]);
    writeFileSync(join(damaged.folder, 'numbers.json'), JSON.stringify({ 'counter/films': [3, 'n'] }));
    const left = damaged.files(/\.(ldb|log)$/).length;
    const { lines } = await damaged.repair().catch((error) => {
      // It was all that there was.
      if (left > 1) throw error;
      return { lines: [] };
    });
    if (lines.length === 0) return;
    expect(lines[0]).toMatch(/ is gone, with records from /);
    for (const run of [1, 2, 3])
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`films/${run}\\b.* lost: `)));
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('what is lost of a run is told until the run is removed', async () => {
    await damaged.raw([{ key: TASK, value: bad }]);
    const { lines } = await damaged.repair();
    expect(lines).toEqual([
      expect.stringMatching(
        / nx-flow rm films 1 2 removes the runs that need it, and this line with them\.$/,
      ),
    ]);
    const store = await damaged.open();
    const rows = [await store.unpinnedRun('films', 1), await store.unpinnedRun('films', 2)];
    await removeRuns(store, rows as RunRow[], { at: 1, by: 'ada' });
    await store.close();
    expect((await damaged.verify()).lost).toEqual([]);
  });

  test('the newest log was cut to before a run that had ended: whoever asks for it hears that it is lost', async () => {
    const sizes = damaged.files(/\.log$/).map((path) => [path, statSync(path).size] as const);
    const store = await damaged.open();
    const { run } = await new MemoryEngine(store).run(films);
    await store.close();
    // Opening made the log anew: all that it holds is of the last run.
    for (const path of damaged.files(/\.log$/))
      if (!sizes.some(([one]) => one === path)) truncateSync(path, 0);
    const { lost } = await damaged.verify();
    expect(lost.map((one) => one.where)).toEqual([`films/${run}`]);
    expect(droppedLine(damaged.folder)).toMatch(/ films\/4 is lost\. .* nx-flow verify --repair/);
    const opened = await damaged.open();
    await expect(opened.run('films', run)).rejects.toMatchObject({
      code: 'FLOW_STORE_CORRUPT',
      message: expect.stringMatching(/^films\/4 is lost: .* nx-flow verify --repair, import/),
    });
    expect(await opened.claimRun('films', 'next')).toBe(5);
    await opened.close();
    const { lines } = await damaged.repair();
    expect(lines).toContainEqual(expect.stringMatching(/^films\/4 is lost: .* repaired on 20/));
    expect(droppedLine(damaged.folder)).toBeUndefined();
  });

  test('a tag that was lost with a damaged record of the log: verify and a repair say that tags may be lost', async () => {
    const store = await damaged.open();
    await store.changeTags('films', 3, { add: ['worst'] });
    await store.close();
    const log = damaged.files(/\.log$/).at(-1) as string;
    const bytes = readFileSync(log);
    bytes[bytes.lastIndexOf('worst')] = 'X'.charCodeAt(0);
    writeFileSync(log, bytes);
    const opened = await damaged.open();
    expect(await opened.tags((await opened.run('films', 3)) as RunRow)).toEqual(['best']);
    await opened.close();
    const told = /^LevelDB dropped .* Tags that were added or removed last may be lost with them: see /;
    expect(damagedFiles(damaged.folder)).toMatchObject([{ message: expect.stringMatching(told) }]);
    expect((await damaged.repair()).lines).toContainEqual(expect.stringContaining('Tags that were added'));
  });

  test('the only log is gone, with all records: a repair notes the runs at once', async () => {
    for (const path of damaged.files(/\.(log|ldb)$/)) rmSync(path);
    const { lines } = await damaged.repair();
    expect(lines).toContainEqual(expect.stringMatching(/^db All records of the database .* were gone/));
    for (const run of [1, 2, 3])
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^films/${run} is lost: `)));
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('any bit of a table: the damage is seen, the database is not opened, and the rest is kept', async () => {
    await inTables();
    const path = table();
    const bytes = readFileSync(path);
    expect(damagedFiles(damaged.folder)).toEqual([]);
    // Between the parts that the table names, nothing is.
    for (let at = 0; at < bytes.length - 48; at += Math.ceil(bytes.length / 100)) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ 4;
      writeFileSync(path, altered);
      expect([at, damagedFiles(damaged.folder).length]).toEqual([at, 1]);
    }
    const altered = Buffer.from(bytes);
    altered.fill(255, 5, 60);
    writeFileSync(path, altered);
    await expect(LevelKv.open(damaged.db)).rejects.toThrow(/ is damaged: byte 0 of its table \d+\.ldb /);
    const { lines } = await damaged.repair();
    expect(lines[0]).toMatch(/^db\/\d+\.ldb A part of this table of the database, at byte \d+, is damaged/);
    expect((await damaged.rows()).size).toBeGreaterThan(before.size / 2);
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('a whole table of another database in the place of one: it is named, and what it holds does not count', async () => {
    await inTables();
    const other = keys.task('films', 1, 'each', 2);
    const row = Buffer.from(before.get(other) as string, 'latin1');
    await damaged.raw([{ key: other, value: sealed(other, row) }], true);
    const folder = join(damaged.folder, 'other');
    const level = new Level<string, Uint8Array>(folder, { valueEncoding: 'view' });
    await level.put(TASK, sealed(TASK, Buffer.from(before.get(TASK) as string, 'latin1')));
    await (level as unknown as { compactRange(a: string, b: string): Promise<void> }).compactRange(
      '',
      '\x7f',
    );
    await level.close();
    const [name] = readdirSync(folder).filter((one) => one.endsWith('.ldb'));
    writeFileSync(table(), readFileSync(join(folder, name as string)));
    rmSync(folder, { recursive: true });
    const expected = expect.stringContaining('This is not the table that the database has under this name');
    expect(damagedFiles(damaged.folder)).toEqual([{ where: expect.any(String), message: expected }]);
    await expect(LevelKv.open(damaged.db)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
    const { lines } = await damaged.repair();
    expect(lines[0]).toEqual(expected);
    const rows = await damaged.rows();
    expect([rows.has(other), rows.has(TASK)]).toEqual([true, false]);
  });

  test('tags that may have been where a table is damaged: one line names the runs', async () => {
    await inTables();
    const path = table();
    const bytes = readFileSync(path);
    const key = keys.tag('films', 3, 'best');
    const isAt = ({ after, last }: DamagedRange) => after < key && key <= last;
    const flipped = (at: number) => {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ 4;
      writeFileSync(path, altered);
      return damagedRanges(damaged.db);
    };
    expect(damagedRanges(damaged.db)).toEqual([]);
    let at = 0;
    while (!flipped(at).some(isAt)) at += 64;
    const { lines } = await damaged.repair();
    expect(lines.at(-1)).toMatch(
      /^films\/.* may have lost tags that were added or removed after the start: /,
    );
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('all of them are gone: nothing is made anew, and a repair notes the runs', async () => {
    writeFileSync(join(damaged.folder, 'numbers.json'), JSON.stringify({ 'counter/films': [3, 'n'] }));
    for (const gone of [() => rmSync(damaged.db, { recursive: true }), () => mkdirSync(damaged.db)]) {
      gone();
      const lost = {
        code: 'FLOW_STORE_CORRUPT',
        exit: 1,
        message: expect.stringMatching(/ has lost its database: /),
      };
      await expect(damaged.open()).rejects.toMatchObject(lost);
      if (!existsSync(damaged.db))
        expect(() => openStore(damaged.folder)).toThrow(expect.objectContaining(lost));
    }
    const { lines } = await damaged.repair();
    expect(lines).toEqual([
      expect.stringMatching(/^db All records of the database .* were gone/),
      ...[1, 2, 3].map((run) => expect.stringMatching(new RegExp(`^films/${run} is lost: `))),
    ]);
    const store = await damaged.open();
    expect(await store.claimRun('films', 'next')).toBe(4);
    await expect(store.run('films', 2)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
    await store.close();
  });

  test('a number that was claimed, and of whose run nothing was recorded yet, is no loss; nor is a run that was removed', async () => {
    const store = await damaged.open();
    await store.claimRun('films', 'killed');
    const removed = (await store.run('films', 2)) as RunRow;
    await removeRuns(store, [removed], { at: 1, by: 'ada' });
    await store.claimRun('films', 'killed too');
    await store.close();
    expect((await damaged.verify()).problems).toEqual([]);
  });
});

describe('a damaged log, which LevelDB drops when it opens the database', () => {
  const log = () => damaged.files(/\.log$/).at(-1) as string;
  const flip = (at: number) => {
    const bytes = readFileSync(log());
    bytes[at] = (bytes[at] as number) ^ 16;
    writeFileSync(log(), bytes);
    return bytes.length;
  };
  /** As the first command does that comes. */
  const openOnce = async () => (await damaged.open()).close();

  test('is kept: a repair reads what it holds, and what was written since is newer', async () => {
    flip(100);
    await openOnce();
    const store = await damaged.open();
    const running = (await damaged.rowOf(store, 3))?.status;
    await store.changeTags('films', 3, { remove: ['best'] });
    await store.close();
    expect(running).toBeUndefined();
    for (const _ of [1, 2])
      expect(damagedFiles(damaged.folder)).toEqual([
        {
          where: 'db',
          message: expect.stringMatching(/^LevelDB dropped [\d,]+ bytes of the newest records/),
        },
      ]);
    await damaged.repair();
    expect(damagedFiles(damaged.folder)).toEqual([]);
    const after = await damaged.open();
    expect(await after.run('films', 3)).toMatchObject({ status: 'done' });
    expect(await after.tags((await after.run('films', 3)) as RunRow)).toEqual([]);
    await after.close();
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('that is gone', async () => {
    rmSync(log());
    await openOnce();
    expect(damagedFiles(damaged.folder)).toEqual([
      {
        where: 'db',
        message:
          'LevelDB dropped some of the newest records when it opened the damaged database. films/1, films/2, films/3 are lost. Tags that were added or removed last may be lost with them: see the tags by nx-flow runs, and give them again by nx-flow tag.',
      },
    ]);
  });
});

describe('a database that cannot be opened', () => {
  const gone = (file: string) => rmSync(file);
  const empty = (file: string) => truncateSync(file, 0);
  const garbled = (file: string) => writeFileSync(file, Buffer.alloc(100, 7));
  test.each([
    ['CURRENT', /^CURRENT$/, gone],
    ['CURRENT', /^CURRENT$/, garbled],
    ['CURRENT', /^CURRENT$/, empty],
    ['MANIFEST', /^MANIFEST/, gone],
    ['MANIFEST', /^MANIFEST/, empty],
    ['MANIFEST', /^MANIFEST/, garbled],
    ['the stamp', /^nx-flow.json$/, garbled],
  ])('%s, damaged in one way or another: all is as it was', async (_, ending, damage) => {
    for (const file of damaged.files(ending)) damage(file);
    await expect(damaged.open()).rejects.toThrow();
    const { lines, old } = await damaged.repair();
    expect(lines).toEqual([]);
    const readers = ['', ...readdirSync(damaged.db)].map(
      (name) => statSync(join(damaged.db, name)).mode & 0o077,
    );
    expect(new Set(readers)).toEqual(new Set([0]));
    expect(await damaged.rows()).toEqual(before);
    expect(existsSync(old)).toBe(true);
    expect(readdirSync(damaged.folder).filter((name) => name.startsWith('.nx-flow-'))).toEqual([]);
  });

  test('nothing of it can be read: nothing is changed', async () => {
    for (const file of damaged.files(/^(\d|MANIFEST)/)) garbled(file);
    const was = wholeFolder(damaged.folder);
    await expect(damaged.repair()).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT', exit: 1 });
    expect(wholeFolder(damaged.folder)).toEqual(was);
  });

  test('one of an older format, whose records have no checksums, is refused', async () => {
    for (const file of damaged.files(/^nx-flow.json$/)) writeFileSync(file, '{"format":1,"digests":1}');
    await expect(damaged.repair()).rejects.toMatchObject({ code: 'FLOW_STORE_FORMAT', exit: 2 });
  });
});

test('what came back of a removed run is removed again; a removal of which only the key is left counts', async () => {
  const of = (run: number) => `removed/films/000000000${run}`;
  await damaged.raw([
    { key: of(2), value: sealed(of(2), '{"at":1,"by":"ada"}') },
    { key: of(3), value: bad },
    // So that there is something to repair.
    { key: keys.counter('films'), value: bad },
  ]);
  await damaged.repair();
  const after = await damaged.rows();
  const left = (run: number) =>
    [...after.keys()].filter((key) => key.includes(`/000000000${run}`) && !/artifact|log|tag|task/.test(key));
  expect([...after.keys()].filter((key) => key.includes('films/0000000002'))).toEqual([of(2)]);
  // Other runs may need the rest of it.
  expect(left(3)).toEqual([of(3)]);
  expect(after.get(of(3))).toMatch(/"left":true/);
  expect((await damaged.verify()).problems).toEqual([]);
});

describe('files of large values', () => {
  const fileOf = () => {
    const [group = ''] = readdirSync(join(damaged.folder, 'cas')).filter((name) => name.length === 2);
    const folder = join(damaged.folder, 'cas', group);
    return join(folder, readdirSync(folder)[0] as string);
  };

  test('a damaged one is set aside, and its artifact is lost until it is stored again', async () => {
    const file = fileOf();
    const bytes = readFileSync(file);
    const altered = Buffer.from(bytes);
    altered[99] = 255 - (altered[99] as number);
    chmodSync(file, 0o600);
    writeFileSync(file, altered);
    const { lines } = await damaged.repair();
    expect(lines).toContainEqual(
      expect.stringMatching(/^films\/1\/start\/1\/big has lost its bytes: the store/),
    );
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.lost`)).toEqual(altered);
    expect((await damaged.verify()).problems).toEqual([]);
    const store = await damaged.open();
    expect(() => store.cas.read(file.slice(-64))).toThrow(
      /has lost the file .*: it was damaged, and set aside by a repair on 20.*\. Execute its step again/,
    );
    await store.cas.write(bytes);
    await store.close();
    const { problems, lost } = await damaged.verify();
    expect(problems).toEqual([]);
    expect(lost).toContainEqual({
      where: 'films/1/start/1/big',
      message: 'was lost, and is whole again.',
    });
    // Once.
    expect((await damaged.verify()).lost).toEqual([]);
  });

  test('one that is not there', async () => {
    const file = fileOf();
    rmSync(file);
    expect((await damaged.verify(false)).problems).toHaveLength(1);
    await damaged.repair();
    expect(readFileSync(`${file}.lost`)).toHaveLength(0);
    expect(await damaged.verify()).toMatchObject({ problems: [] });
  });
});

/** Damages as disks and crashes make them. */
const DAMAGES = ['flip', 'flip', 'zero', 'cut', 'gone'] as const;

test('whatever is damaged: what was whole is whole, nothing has another value, and all is known of the rest', async () => {
  const runs = Number(process.env.REPAIR_RUNS ?? 5);
  const damage = fc.record({
    kind: fc.constantFrom(...DAMAGES),
    file: fc.nat(100),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    length: fc.nat(300),
  });
  const isNew = (key: string) => /^(lost|namespace|counter|twin\/(namespace|run))\//.test(key);
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (all, tables) => {
      damaged.fresh();
      if (tables) await damaged.raw([]);
      for (const one of all) damageOne(one);
      const readable = await damaged.readable();
      try {
        await damaged.repair();
      } catch (error) {
        // All of it is damaged.
        if ((error as { code?: string }).code === 'FLOW_STORE_CORRUPT' && readable.size === 0) return;
        throw error;
      }
      const after = await damaged.rows();
      for (const [key, value] of after) {
        if (isNew(key)) continue;
        const same = key.startsWith('run/') ? sameRun(value, before.get(key)) : value === before.get(key);
        if (!same) throw new Error(`${key} has another value: ${value}`);
      }
      for (const key of readable)
        if (!after.has(key) && !isNew(key)) throw new Error(`${key} was whole, and is lost`);
      expect((await damaged.verify()).problems).toEqual([]);
      await damaged.readAll();
    }),
    { numRuns: runs },
  );
}, 600_000);

/** A row that was written when something was lost, or before its end. */
function sameRun(value: string, whole: string | undefined): boolean {
  const { contents: _a, repaired: _b, ...row } = JSON.parse(value);
  const { contents: _c, ...was } = JSON.parse(whole as string);
  return Object.entries(row).every(
    ([name, one]) => name === 'status' || JSON.stringify(one) === JSON.stringify(was[name]),
  );
}

function damageOne({ kind, file, at, length }: Record<'file' | 'at' | 'length', number> & { kind: string }) {
  const all = damaged.files(/\.(ldb|log)$|^(MANIFEST|CURRENT|nx-flow)/);
  const path = all[file % all.length] as string;
  if (kind === 'gone') return rmSync(path);
  const bytes = readFileSync(path);
  const place = Math.floor(at * bytes.length);
  if (bytes.length === 0) return;
  if (kind === 'flip') bytes[place] = (bytes[place] as number) ^ (1 << (length % 8));
  if (kind === 'zero') bytes.fill(0, place, Math.min(place + length, bytes.length));
  writeFileSync(path, kind === 'cut' ? bytes.subarray(0, place) : bytes);
}

describe('refused, and nothing is changed', () => {
  test('while another process has the database open: its process is named', async () => {
    const broker = await startBroker(damaged.folder, 60_000);
    try {
      await expect(damaged.repair()).rejects.toMatchObject({
        ...{ code: 'FLOW_STORE_IN_USE', exit: 2 },
        message: expect.stringContaining(
          `The store's broker (process ${broker.pid}) serves other commands, and a repair needs the store`,
        ),
      });
    } finally {
      await kill(broker.pid);
      // Only then have all its threads let go of the lock.
      await broker.ended;
    }
    expect((await damaged.verify()).problems).toEqual([]);
  });

  test('where there is no room for a second database: how much is needed, and how much is free', async () => {
    const was = wholeFolder(damaged.folder);
    jest.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 10, bsize: 1024, ffree: 9, files: 9 } as never);
    await expect(damaged.repair()).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_FULL', exit: 1 },
      message: expect.stringMatching(
        /a repair writes its database anew: 10 KB are free and at least [\d,]+ KB are/,
      ),
    });
    jest.restoreAllMocks();
    expect(wholeFolder(damaged.folder)).toEqual(was);
  });

  test('where not even its lock can be written', async () => {
    const was = wholeFolder(damaged.folder);
    const full = Object.assign(new Error('Database failed to open'), {
      code: 'LEVEL_DATABASE_NOT_OPEN',
      cause: Object.assign(new Error('IO error: lock/MANIFEST-000001: No space left on device'), {
        code: 'LEVEL_IO_ERROR',
      }),
    });
    jest.spyOn(Level.prototype, 'open').mockRejectedValue(full);
    await expect(damaged.repair()).rejects.toMatchObject({ code: 'FLOW_STORE_FULL', exit: 1 });
    jest.restoreAllMocks();
    const room = { bavail: 10, bsize: 1024, ffree: 9, files: 9 };
    jest.spyOn(fs, 'statfsSync').mockReturnValue(room as never);
    const open = jest.spyOn(Level.prototype, 'open');
    await expect(damaged.repair()).rejects.toMatchObject({
      message: expect.stringMatching(/10 KB are free and at least [\d,]+ KB are needed/),
    });
    expect(open).not.toHaveBeenCalled();
    jest.restoreAllMocks();
    expect(wholeFolder(damaged.folder)).toEqual(was);
  });

  test('what a killed one left half made is removed by the next', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const left = join(damaged.folder, temporaryName().replace(`-${process.pid}-`, `-${pid}-`));
    mkdirSync(join(left, 'db'), { recursive: true });
    mkdirSync(join(damaged.db, 'repaired'));
    await damaged.repair();
    expect(existsSync(left)).toBe(false);
    expect(await damaged.rows()).toEqual(before);
  });
});

test('it can be killed between its moves: the next one that opens the store ends it', async () => {
  rmSync(join(damaged.db, 'CURRENT'));
  const { old } = await damaged.repair();
  // As it is between the two.
  const { renameSync } = await import('node:fs');
  renameSync(damaged.db, join(old, 'repaired'));
  expect(hasDatabase(damaged.folder)).toBe(true);
  expect(await damaged.rows()).toEqual(before);
  expect(existsSync(join(old, 'repaired'))).toBe(false);
});

test('the whole of a run is executed again where that helps', async () => {
  await damaged.raw([{ key: TASK, value: bad }]);
  await damaged.repair();
  const store = await damaged.open();
  const resumed = await new MemoryEngine(store).resume(films, 1);
  expect(resumed.status).toBe('done');
  expect(
    text(
      (
        await store.artifacts([
          {
            flow: 'films',
            run: resumed.row.run,
            step: 'all',
            task: resumed.tasks.find(({ step }) => step === 'all')?.task ?? 0,
            name: 'sum',
          },
        ])
      )[0]?.bytes as Uint8Array,
    ),
  ).toBe('12');
  await store.close();
});

test('an export of the run brings all of it back', async () => {
  const whole = await damaged.open();
  const file = await exported(whole, 'films', 1);
  await whole.close();
  await damaged.raw([{ key: TASK, value: bad }]);
  await damaged.repair();
  const store = await damaged.open();
  await expect(exported(store, 'films', 1)).rejects.toThrow(
    /^films\/1 is not whole, so it cannot be exported\. films\/1\/each\/3 is/,
  );
  const { known, run } = await imported(store, file);
  expect(known).toBe(false);
  expect((await exported(store, 'films', run.run)).equals(file)).toBe(true);
  // And once more it is known.
  expect(await imported(store, file)).toMatchObject({ known: true, run: { run: run.run } });
  await store.close();
  expect((await damaged.verify()).problems).toEqual([]);
});
