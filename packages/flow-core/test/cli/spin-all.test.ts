/** spin --all and --persist by the real command. */
import { existsSync, rmSync } from 'node:fs';
import { client } from '../../src';
import { openStore } from '../../src/store/open';
import { Workspace, wholeStore } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());
afterEach(() => ws.silence());

type Split = {
  index: number[];
  status: string;
  error?: { name: string; code?: string };
  artifacts: Record<string, { change: string; preview: string }>;
};

const FILMS = `const start = f.start(() => ({ genres: ['Drama', 'Comedy', 'Horror'], table: Buffer.alloc(100_000, 7) }));
  const genre = f.foreach('genre', { after: start, over: 'genres' }, ({ self, input, index, params, current }) => {
    console.log('reads ' + input);
    if (index === params.fails) throw new RangeError('no ' + input);
    return { size: self.table.length, name: input + params.suffix, parts: [input + 1, input + 2], who: current.pathspec, tags: [...current.tags] };
  });
  const part = f.foreach('part', { after: genre, over: 'parts' }, ({ self, input }) => ({ part: self.name + ' ' + input }));
  const parts = f.join('parts', { after: part }, ({ inputs }) => ({ ...merge(inputs, { exclude: ['part'] }), all: inputs.map((i) => i.part) }));
  const all = f.join('all', { after: parts }, ({ inputs }) => ({ every: inputs.flatMap((i) => i.all) }));
  export default f.end(all);`;
const films = (body = FILMS) =>
  ws.flow('films', body, 'fails: z.coerce.number().default(-1), suffix: z.string().default("")');

/** One run of it, which most of the tests spin: another run has another store. */
beforeAll(async () => {
  films();
  await ws.ok(['run', 'films']);
});

test('every split is spun, with one table, in the outputs of single spins; the store stays as it was', async () => {
  films();
  const before = await ws.store();
  const { stdout } = await ws.ok(['spin', 'films', 'genre', '--all', '--max-workers=1']);
  // `who` differs between a run and a spin: a spin knows of no run.
  expect(stdout.replace(/\d+(\.\d+)? m?s\b/g, 'TIME').replace(/ +/g, ' ')).toBe(
    `spin films/genre 3 splits of films/1, up to 1 worker
genre 0 │ reads Drama
genre 1 │ reads Comedy
genre 2 │ reads Horror

Split Item Status Artifacts Time In run 1
 0 "Drama" done 4 same, changed: who TIME TIME
 1 "Comedy" done 4 same, changed: who TIME TIME
 2 "Horror" done 4 same, changed: who TIME TIME

Artifact Same Changed New Gone
size 3
name 3
parts 3
who 3
tags 3

done 3 splits in TIME (steps TIME, TIME in run 1), outputs in dist/flow/films/spin/genre
`,
  );
  const folder = 'dist/flow/films/spin/genre';
  const files = (n: number) => JSON.parse(ws.read(`${folder}/${n}/artifacts.json`));
  const many = files(1);
  expect(ws.read(`${folder}/1/log.txt`)).toBe('reads Comedy\n');
  expect(JSON.parse(ws.read(`${folder}/1/artifacts/parts.json`))).toEqual(['Comedy1', 'Comedy2']);
  expect(ws.read(`${folder}/1/artifacts/who.txt`)).toBe('films/spin/genre/spin');
  const single = await ws.ok(['spin', 'films', 'genre', '--index=1', '--json']);
  expect(files(1)).toEqual(many);
  expect(single.json.artifacts.who.change).toBe('changed');
  expect(await ws.store()).toEqual(before);
});

test('--json: one object, with what a single spin gives for each split', async () => {
  films();
  const { json, stdout } = await ws.ok(['spin', 'films', 'parts', '--all', '--json']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(json).toMatchObject({
    step: 'parts',
    origin: 'films/1',
    status: 'done',
    durationMs: expect.any(Number),
    without: [],
    outputPath: 'dist/flow/films/spin/parts',
  });
  const single = (await ws.ok(['spin', 'films', 'parts', '--index=2', '--json'])).json;
  const { durationMs: _, ...same } = single;
  expect(json.splits[2]).toMatchObject({
    ...same,
    index: [2],
    item: '"Horror"',
    originMs: expect.any(Number),
  });
  expect(Object.keys(json.splits[2].artifacts)).toEqual(Object.keys(single.artifacts));
  expect(JSON.parse(ws.read('dist/flow/films/spin/parts/2/result.json'))).toMatchObject(same);
});

test('all levels of nested foreaches, or those under one index; what an earlier spin left is gone', async () => {
  films();
  const indexes = async (...args: string[]) => {
    const { json } = await ws.ok(['spin', 'films', 'part', '--all', '--json', ...args]);
    return json.splits.map(({ index }: Split) => index.join());
  };
  expect(await indexes()).toEqual(['0,0', '0,1', '1,0', '1,1', '2,0', '2,1']);
  expect(existsSync(ws.path('dist/flow/films/spin/part/2/1/artifacts/part.txt'))).toBe(true);
  films(FILMS.replace('[input + 1, input + 2]', '[input + 1]'));
  await ws.ok(['run', 'films', '--store=nested']);
  expect(await indexes('--index=2', '--store=nested')).toEqual(['2,0']);
  expect(existsSync(ws.path('dist/flow/films/spin/part/2/1'))).toBe(false);
  expect(ws.read('dist/flow/films/spin/part/2/0/artifacts/part.txt')).toBe('Horror Horror1');
  expect(existsSync(ws.path('dist/flow/films/spin/part/1/1'))).toBe(true);
});

test('parameters and artifacts given by hand are seen by every split', async () => {
  films();
  ws.write(
    'given.ts',
    "export default (self: { table: Buffer }) => ({ table: 'x'.repeat(self.table.length / 1000) });",
  );
  const args = ['--params.suffix=!', '--artifacts=given.ts', '--set.genres=["a","b","c"]'];
  const { json } = await ws.ok(['spin', 'films', 'genre', '--all', '--json', ...args]);
  const seen = json.splits.map(({ artifacts }: Split) => [artifacts.name?.preview, artifacts.size?.preview]);
  expect(seen).toEqual([
    ['"a!"', '100'],
    ['"b!"', '100'],
    ['"c!"', '100'],
  ]);
});

test('a list given by hand has as many splits as it has items', async () => {
  films();
  const items = async (list: string[]) => {
    const set = `--set.genres=${JSON.stringify(list)}`;
    const { json } = await ws.ok(['spin', 'films', 'genre', '--all', '--json', set]);
    return json.splits.map(({ index, artifacts }: Split) => [
      index[0],
      artifacts.name?.preview,
      artifacts.name?.change,
    ]);
  };
  expect(await items(['Drama', 'b'])).toEqual([
    [0, '"Drama"', 'same'],
    [1, '"b"', 'changed'],
  ]);
  expect((await items(['a', 'b', 'c', 'd'])).at(-1)).toEqual([3, '"d"', 'new']);
  const beyond = ['spin', 'films', 'genre', '--index=2', '--set.genres=["a","b"]'];
  expect(await ws.nxFlow(beyond)).toMatchObject({
    code: 2,
    stderr: 'FLOW_INDEX  "genres" has 2 items now that it is given, so there is no index 2.\n',
  });
});

test('an artifact that splits read and that is not there is told once, though they end well', async () => {
  films();
  films(FILMS.replace("console.log('reads ' + input);", 'void (self as any).tables;'));
  const hint =
    'The step reads "tables", which films/1/start/1 does not have (it has genres, table). Did you mean "table"? ' +
    'Run the flow again (nx-flow run films), or give it: --set.tables=…';
  const { stderr, json } = await ws.ok(['spin', 'films', 'genre', '--all', '--json']);
  expect(stderr.split(`! ${hint}\n`)).toHaveLength(2);
  expect(json.splits.map(({ hints }: { hints: string[] }) => hints)).toEqual([[hint], [hint], [hint]]);
  const one = await ws.ok(['spin', 'films', 'genre', '--json']);
  expect([one.json.status, one.json.hints]).toEqual(['done', [hint]]);
  expect(one.stderr).toContain(`\n! ${hint}\n\ndone in`);
});

test('a split that fails, dies, or never yields is told with its place; the others finish', async () => {
  films();
  films(
    FILMS.replace("over: 'genres' }", "over: 'genres', timeout: '1s' }").replace(
      "console.log('reads ' + input);",
      'if (index === 0) process.exit(3); if (index === 1) for (;;);',
    ),
  );
  const args = ['spin', 'films', 'genre', '--all', '--max-workers=2', '--params.fails=2'];
  const { code, json } = await ws.nxFlow([...args, '--json']);
  expect(code).toBe(1);
  expect(json.status).toBe('failed');
  expect(json.splits.map(({ status, error }: Split) => [status, error?.code ?? error?.name])).toEqual([
    ['failed', 'FLOW_WORKER_DIED'],
    ['failed', 'FLOW_TIMEOUT'],
    ['failed', 'RangeError'],
  ]);
  films(FILMS.replace('index === params.fails', 'index !== 1'));
  const told = await ws.nxFlow(['spin', 'films', 'genre', '--all']);
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/ 1 {2}"Comedy" +done/);
  // Messages differ, so each is told, with the one line of the user that threw.
  expect(told.stdout).toMatch(
    /split 0\nRangeError: no Drama\n(.*\n)*?.*> \d+ \|.*throw new RangeError.*\n.*\n.*\n {4}at \(films\.flow\.ts:\d+:\d+\)\n\nsplit 2\n/,
  );
  expect(told.stdout).toMatch(/failed 2 of 3 splits in /);
  const result = JSON.parse(ws.read('dist/flow/films/spin/genre/0/result.json'));
  expect(result).toMatchObject({ status: 'failed', error: { message: 'no Drama' } });
});

test('splits share a few processes', async () => {
  ws.flow(
    'many',
    `const start = f.start(() => ({ ns: Array.from({ length: 300 }, (_, n) => n) }));
     const one = f.foreach('one', { after: start, over: 'ns' }, ({ input }) => ({ n: input, pid: process.pid }));
     const all = f.join('all', { after: one }, ({ inputs }) => ({ n: inputs.length }));
     export default f.end(all);`,
  );
  await ws.ok(['run', 'many']);
  const { json, stderr } = await ws.ok(['spin', 'many', 'one', '--all', '--max-workers=2', '--json']);
  const pids = new Set(json.splits.map(({ artifacts }: Split) => artifacts.pid?.preview));
  expect(json.splits.map(({ artifacts }: Split) => artifacts.n?.preview)).toEqual(
    Array.from({ length: 300 }, (_, n) => String(n)),
  );
  expect(pids.size).toBeLessThanOrEqual(2);
  expect(stderr).toContain('✓ one 300/300\n');
});

test('splits whose inputs a run lacks: an older run that has all is taken, else they are named and left out', async () => {
  const store = '--store=partial';
  films();
  expect((await ws.nxFlow(['run', 'films', '--params.fails=1', store])).code).toBe(1);
  const some = await ws.ok(['spin', 'films', 'part', '--all', store, '--json']);
  expect(some.json.splits.map(({ index }: Split) => index.join())).toEqual(['0,0', '0,1', '2,0', '2,1']);
  expect(some.json.without).toEqual([{ index: [1], why: 'genre failed' }]);
  expect(some.stderr).toContain('! split 1 has no inputs in run 1: genre failed\n');
  const other = await ws.nxFlow(['spin', 'films', 'part', '--index=1', store]);
  expect(other).toMatchObject({
    code: 2,
    stderr:
      'FLOW_NO_INPUTS  No run of films has inputs for "part": 1 (genre failed). Split 0,0 of run 1 has inputs: --index=0,0.\n',
  });
  await ws.ok(['run', 'films', store]);
  await ws.nxFlow(['run', 'films', '--params.fails=1', store]);
  const whole = await ws.ok(['spin', 'films', 'part', '--all', store, '--json']);
  expect([whole.json.origin, whole.json.splits.length]).toEqual(['films/2', 6]);
  expect(whole.stderr).toContain('! passed over run 3 (1 of 5 splits without inputs: genre failed)\n');
});

test('in an arm inside of a foreach, the splits that took it are spun', async () => {
  ws.flow(
    'arms',
    `const start = f.start(() => ({ ns: [1, 20, 3, 40] }));
     const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
     const size = f.switch('size', { after: n, on: 'kind', cases: ['small', 'big'] }, ({ self }) => ({ kind: self.n > 10 ? 'big' as const : 'small' as const }));
     const big = f.step('big', { after: size.when('big') }, ({ self }) => ({ m: self.n * 2 }));
     const bigger = f.step('bigger', { after: big }, ({ self }) => ({ m: self.m + 1 }));
     const small = f.step('small', { after: size.when('small') }, ({ self }) => ({ m: self.n }));
     const all = f.join('all', { after: oneOf(bigger, small) }, ({ inputs }) => ({ all: inputs.map((i) => i.m) }));
     export default f.end(all);`,
  );
  await ws.ok(['run', 'arms']);
  for (const step of ['big', 'bigger']) {
    const { json } = await ws.ok(['spin', 'arms', step, '--all', '--json']);
    expect(json.splits.map(({ index }: Split) => index)).toEqual([[1], [3]]);
    expect(json.without.map(({ index }: Split) => index)).toEqual([[0], [2]]);
  }
});

test.each([
  [['all', '--all'], 'FLOW_INDEX  "all" stands in no foreach: leave --all out.'],
  [
    ['1/genre/2', '--all'],
    'FLOW_USAGE  A task is one split already: leave --all out, or give run/step only.',
  ],
  [
    ['part', '--all', '--index=1,0'],
    'FLOW_INDEX  --index=1,0 names one split of "part" already: leave --all out, or give fewer numbers.',
  ],
  [
    ['part', '--all', '--index=1,0,0'],
    'FLOW_INDEX  "part" stands in 2 foreaches: --index takes at most 2 numbers.',
  ],
  [['genre', '--all', '--iteration=1'], 'FLOW_ITERATION  "genre" is no loop: leave --iteration out.'],
  [
    ['genre', '--max-workers=2'],
    'FLOW_USAGE  --max-workers is for --all, --from and --through: one step needs one process.',
  ],
  [
    ['part', '--all', '--index=7', '--origin=1'],
    'FLOW_NO_INPUTS  Run films/1 has no inputs for "part": "genres" there has 3 items: an index is 0 to 2, not 7.',
  ],
])('nx-flow spin films %j is refused', async (args, said) => {
  films();
  expect(await ws.nxFlow(['spin', 'films', ...args])).toMatchObject({ code: 2, stderr: `${said}\n` });
});

test('Ctrl-C ends the processes of the splits, and leaves the outputs as they were', async () => {
  films();
  await ws.ok(['spin', 'films', 'genre', '--all']);
  films(
    FILMS.replace("console.log('reads ' + input);", "tell('at' + index, String(process.pid)); for (;;);"),
  );
  const spin = ws.start(['spin', 'films', 'genre', '--all', '--persist', '--max-workers=2']);
  await Promise.all([ws.hear('at0'), ws.hear('at1')]);
  spin.child.kill('SIGINT');
  const { code, stderr } = await spin.done;
  expect([code, stderr]).toEqual([130, expect.stringContaining('FLOW_INTERRUPTED')]);
  await ws.quiet();
  expect(ws.read('dist/flow/films/spin/genre/2/log.txt')).toBe('reads Horror\n');
  const { json } = await ws.ok(['show', '--spin', 'films', '--json']);
  expect(json).toMatchObject({ status: 'failed', error: { message: 'The spin was interrupted.' } });
});

describe('--persist', () => {
  test('keeps a spin in a store of its own, readable without the real one, which stays as it was', async () => {
    films();
    const store = '--store=kept';
    await ws.ok(['run', 'films', '--params.suffix=?', store]);
    const before = await wholeStore(ws.path('kept'));
    const told = await ws.ok(['spin', 'films', 'genre', '--index=1', '--persist', store]);
    expect(told.stdout).toMatch(/\npersisted as films\/1\/genre\/1: nx-flow dump --spin films 1\n$/);
    const args = ['--params.fails=0', '--persist', store, '--json'];
    const failed = await ws.nxFlow(['spin', 'films', 'genre', ...args]);
    expect(failed).toMatchObject({ code: 1, json: { persisted: 'films/2/genre/1', status: 'failed' } });
    const joined = await ws.ok(['spin', 'films', 'parts', '--all', '--persist', store, '--json']);
    expect(joined.json).toMatchObject({
      persisted: 'films/3',
      splits: [{ persisted: 'films/3/parts/1' }, {}, {}],
    });
    expect(await wholeStore(ws.path('kept'))).toEqual(before);
    expect((await ws.ok(['runs', 'films', store, '--json'])).json.runs).toHaveLength(1);
    // Whatever becomes of the real store.
    for (const part of ['db', 'cas']) rmSync(ws.path('kept', part), { recursive: true });

    const read = async (...rest: string[]) => (await ws.ok([...rest, store, '--json'])).json;
    expect((await read('dump', '--spin', 'films', '1')).artifacts).toEqual({
      genres: ['Drama', 'Comedy', 'Horror'],
      table: Buffer.alloc(100_000, 7).toString('base64'),
      size: 100_000,
      name: 'Comedy?',
      parts: ['Comedy1', 'Comedy2'],
      who: 'films/spin/genre/spin',
      tags: [],
    });
    expect((await read('dump', '--spin', 'films', '3/parts/3')).artifacts).toMatchObject({
      all: ['Horror? Horror1', 'Horror? Horror2'],
      name: 'Horror?',
      table: Buffer.alloc(100_000, 7).toString('base64'),
    });
    expect(await read('show', '--spin', 'films', '3')).toMatchObject({
      status: 'done',
      user: 'tester',
      spunFrom: { step: 'parts', origin: 'films/1' },
      params: { fails: -1, suffix: '?' },
      steps: [{ step: 'parts', done: 3, failed: 0 }],
    });
    expect(await read('show', '--spin', 'films', '1/genre/1')).toMatchObject({
      status: 'done',
      index: [1],
      parents: ['films/1/start/1'],
      spunFrom: expect.stringMatching(/^films\/1\/genre\/\d$/),
    });
    expect((await read('logs', '--spin', 'films', '1')).logs).toMatchObject([
      { pathspec: 'films/1/genre/1', stream: 'stdout', text: 'reads Comedy\n' },
    ]);
    expect((await read('runs', '--spin', 'films')).runs).toMatchObject([
      { pathspec: 'films/3', status: 'done', tasks: { done: 3, failed: 0 } },
      { pathspec: 'films/2', status: 'failed', tasks: { done: 0, failed: 1 } },
      { pathspec: 'films/1', status: 'done' },
    ]);

    const spins = openStore(ws.path('kept', 'spin'));
    try {
      const kept = client('films', { store: spins, namespace: 'user:tester' });
      const run = await kept.latestSuccessful();
      expect(run.spunFrom).toEqual({ step: 'parts', origin: 'films/1' });
      const task = await run.step('parts').task(2);
      expect([task.status, task.index, task.error]).toEqual(['done', [1], undefined]);
      expect(task.originPathspec).toMatch(/^films\/1\/parts\/\d+$/);
      expect(await task.artifacts.all).toEqual(['Comedy? Comedy1', 'Comedy? Comedy2']);
      expect(await task.artifacts.table).toEqual(Buffer.alloc(100_000, 7));
      const bad = await (await kept.run(2)).step('genre').task();
      expect(bad.error).toMatchObject({ name: 'RangeError', message: 'no Drama' });
      expect(await bad.stdout()).toBe('reads Drama\n');
    } finally {
      await spins.close();
    }
  });

  test('where nothing was kept, it is said how to', async () => {
    films();
    expect(await ws.nxFlow(['dump', '--spin', 'films', '--store=partial'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^FLOW_RUN_NOT_FOUND {2}No spin of films was persisted in .*partial\/spin yet: nx-flow spin films <step> --persist stores one\.\n$/,
      ),
    });
  });
});
