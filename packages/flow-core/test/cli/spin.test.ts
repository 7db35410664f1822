import { rmSync } from 'node:fs';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
/** For runs where the number of workers is not what is tested: each costs as much as many tasks. */
const ALONE = '--max-workers=1';
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());
afterEach(() => ws.silence());

/** Artifact names to what became of them. */
const changes = (json: { artifacts: Record<string, { change: string }> }) =>
  Object.fromEntries(Object.entries(json.artifacts).map(([name, { change }]) => [name, change]));

test('a spin uses the inputs that the run recorded, whatever became of the data since', async () => {
  ws.write('data.json', '[1, 2, 3]');
  ws.flow(
    'data',
    `const start = f.start(() => ({ rows: JSON.parse(readFileSync('data.json', 'utf8')) as number[] }));
     const sum = f.step('sum', { after: start }, ({ self }) => ({ sum: self.rows.reduce((a, b) => a + b, 0) }));
     export default f.end(sum);`,
  );
  await ws.ok(['run', 'data', ALONE]);
  ws.write('data.json', '[1000]');
  const { json, stdout } = await ws.ok(['spin', 'data', 'sum', '--json']);
  expect(json).toMatchObject({
    step: 'sum',
    origin: 'data/1/sum/2',
    status: 'done',
    artifacts: { sum: { change: 'same', preview: '6' } },
  });
  // One object on the last line, and nothing else.
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(changes((await ws.ok(['spin', 'data', 'start', '--json'])).json)).toEqual({ rows: 'changed' });
  rmSync(ws.path('data.json'));
  expect((await ws.ok(['spin', 'data', 'sum', '--json'])).json.artifacts.sum.change).toBe('same');
  const failed = await ws.nxFlow(['spin', 'data', 'start', '--json']);
  expect(failed).toMatchObject({
    code: 1,
    json: { status: 'failed', error: { name: 'Error', code: 'ENOENT' } },
  });
});

describe('values of every kind', () => {
  const VALUES = `const values = () => ({
    text: 'Amélie – naïve façade – 東京 – 👩‍🚀 – e\\u0301 – \\ud800',
    latin: 'é'.repeat(5), 'a key with spaces': { 'IMDB Votes': null, 'ключ': undefined },
    doubles: [0.1 + 0.2, 1e308 * 10, -1e308 * 10, 5e-324, 2 ** 53 + 1, -0, 0, Number.NaN, 1.0],
    map: new Map<unknown, unknown>([['k', new Set([1, 'é', null])], [{ o: 1 }, Number.NaN], [Number.NaN, -0]]),
    set: new Set(['b', 'a', -0]),
    when: new Date(86_400_000.5), never: new Date(Number.NaN),
    big: [2n ** 70n, -5n, 0n],
    buffer: Buffer.from('bytes é'), view: Buffer.from('0123456789').subarray(3, 6),
    floats: new Float64Array([1.5, Number.NaN, -0]), ints: new Int16Array([1, -2, 3]), bigs: new BigUint64Array([1n]),
    raw: new ArrayBuffer(4), data: new DataView(new ArrayBuffer(8), 2, 4),
    nested: { typed: [new Uint8Array([1]), { f: new Float32Array([0.1]) }] },
    error: Object.assign(new TypeError('bad', { cause: Object.assign(new RangeError('why'), { stack: 'there' }) }), { stack: 'here', code: 'E', list: [1] }),
    regexp: /a+b/giu, nothing: undefined, nil: null, yes: true, empty: '', hole: [1, , 3],
    bare: Object.assign(Object.create(null), { x: 1 }),
    boxed: [Object(1), Object('s'), Object(true)],
    cycle: (() => { const c: Record<string, unknown> = { n: 1 }; c.self = c; return c; })(),
    shared: (() => { const s = { s: 1 }; return [s, s]; })(),
    long: 'x'.repeat(100_000), rows: Array.from({ length: 3000 }, (_, i) => ({ i, t: 'Ö' + i, v: i / 3, n: i % 7 ? null : -0 })),
  });`;

  test('every task of a flow, spun, is the same, with equal digests', async () => {
    ws.flow(
      'kinds',
      `${VALUES}
       const start = f.start(() => ({ ...values(), names: ['á', 'b', 'ç'] }));
       // What it read, it returns again: other bytes, equal values.
       const pass = f.step('pass', { after: start }, ({ self }) => ({ ...self, passed: { ...self } }));
       const each = f.foreach('each', { after: pass, over: 'names' }, ({ self, input, index }) => ({
         mine: new Map([[input, self.rows.filter(({ i }) => i % 3 === index)]]), row: self.rows[index],
       }));
       const all = f.join('all', { after: each }, ({ inputs }) => ({
         ...merge(inputs, { exclude: ['mine', 'row'] }), maps: inputs.map((i) => i.mine), picked: inputs.map((i) => i.row),
       }));
       const other = f.step('other', { after: start }, ({ self }) => ({ doubled: self.doubles.map((d) => d * 2), sum: self.big.reduce((a, b) => a + b) }));
       const both = f.gather('both', { after: { all, other } }, ({ inputs }) => ({ ...merge(inputs), last: inputs.all.maps.length }));
       export default f.end(both);`,
    );
    await ws.ok(['run', 'kinds', ALONE]);
    const before = await ws.store();
    const tasks = Object.keys(before)
      .filter((key) => key.startsWith('task/kinds/0000000001/'))
      .map((key) => key.split('/').slice(3) as [string, string])
      .map(([step, task]) => `1/${step}/${Number(task)}`);
    expect(tasks).toHaveLength(9);
    for (let at = 0; at < tasks.length; at += 3) {
      const spun = await Promise.all(
        tasks.slice(at, at + 3).map(async (task) => {
          const [{ json }, shown] = await Promise.all([
            ws.ok(['spin', 'kinds', task, '--json'], { cwd: ws.path('node_modules'), env: {} }),
            ws.ok(['show', 'kinds', task, '--json']),
          ]);
          return { task, json, recorded: shown.json.artifacts };
        }),
      );
      for (const { task, json, recorded } of spun) {
        expect([task, ...new Set(Object.values(changes(json)))]).toEqual(
          task.includes('/end/') ? [task] : [task, 'same'],
        );
        for (const name of Object.keys(recorded)) {
          expect(`${name} ${json.artifacts[name].digest}`).toBe(`${name} ${recorded[name].digest}`);
        }
      }
    }
    expect(await ws.store()).toEqual(before);
  });
});

test('the whole store is the same before and after spins that succeed, fail, override and find nothing', async () => {
  ws.flow(
    'store',
    `const start = f.start(({ params }) => ({ n: params.n, big: Buffer.alloc(200_000, params.n) }));
     const next = f.step('next', { after: start }, ({ self, params }) => {
       if (self.n === 13) throw new Error('unlucky');
       return { m: self.n + params.n, copy: self.big, fresh: Buffer.alloc(300_000, self.n + 1) };
     });
     export default f.end(next);`,
    'n: z.coerce.number().default(1)',
  );
  await ws.ok(['run', 'store', ALONE, '--tag=a']);
  const before = await ws.store();
  expect(Object.keys(before).filter((key) => key.startsWith('cas/')).length).toBeGreaterThan(2);
  const spins: [string[], number][] = [
    [['next'], 0],
    [['start', '--params.n=77'], 0],
    [['next', '--set.n=5', '--set.big=["text"]'], 0],
    [['next', '--set.n=13'], 1],
    [['next', '--params.n=9', '--namespace=user:tester'], 0],
    [['end'], 0],
    [['1/next/2'], 0],
    [['next', '--params.nope=9'], 2],
    [['9/next'], 2],
  ];
  const codes: (number | null)[] = [];
  for (const [args] of spins) codes.push((await ws.nxFlow(['spin', 'store', ...args])).code);
  expect(codes).toEqual(spins.map(([, code]) => code));
  expect(await ws.store()).toEqual(before);
});

test('a run that goes on is not disturbed by spins, nor they by it; "latest" stays the run', async () => {
  ws.flow(
    'busy',
    `const start = f.start(() => ({ ns: [0, 1, 2] }));
     const work = f.foreach('work', { after: start, over: 'ns' }, async ({ input, current }) => {
       if (current.run === '2') { tell('at' + input); await hear('go'); }
       return { n: input * 10 };
     });
     const all = f.join('all', { after: work }, ({ inputs }) => ({ ns: inputs.map((i) => i.n) }));
     const last = f.step('last', { after: all }, ({ self }) => ({ sum: self.ns.length }));
     export default f.end(last);`,
  );
  await ws.ok(['run', 'busy', ALONE]);
  const run = ws.start(['run', 'busy', '--max-workers=3', '--json']);
  await Promise.all([0, 1, 2].map((n) => ws.hear(`at${n}`)));
  const [work, last, start] = await Promise.all([
    ws.ok(['spin', 'busy', 'work', '--index=1', '--json']),
    ws.ok(['spin', 'busy', 'last', '--json']),
    ws.ok(['spin', 'busy', 'start', '--json']),
  ]);
  // The split's inputs are those of the run that goes on; what that has not reached yet, the one before gives.
  expect(work.json).toMatchObject({ artifacts: { n: { preview: '10' } } });
  expect(work.json.origin).toMatch(/^busy\/2/);
  expect(last.json).toMatchObject({ origin: 'busy/1/last/6', artifacts: { sum: { change: 'same' } } });
  expect(last.stderr).toMatch(/passed over run 2 \(all (did not run there|has not finished)\)/);
  expect(start.json.origin).toBe('busy/2/start/1');
  ws.tell('go');
  const done = await run.done;
  expect(done.json).toMatchObject({ pathspec: 'busy/2', status: 'done', tasks: { done: 7, failed: 0 } });
  expect((await ws.ok(['spin', 'busy', 'last', '--json'])).json.origin).toMatch(/^busy\/2\/last\//);
  expect((await ws.ok(['run', 'busy', ALONE, '--json'])).json.pathspec).toBe('busy/3');
  expect((await ws.ok(['dump', 'busy', '--json'])).json.pathspec).toMatch(/^busy\/3\/end\//);
});

test('a step just added, and a step that the last run failed in, are spun at once', async () => {
  const write = (fails: boolean, added = '') =>
    ws.flow(
      'author',
      `const start = f.start(() => ({ a: 1 }));
       const next = f.step('next', { after: start }, ({ self }) => {
         ${fails ? "throw new Error('not yet');" : ''}
         return { b: self.a + 1 };
       });
       ${added || 'export default f.end(next);'}`,
    );
  write(true);
  expect((await ws.nxFlow(['run', 'author', ALONE])).code).toBe(1);
  write(
    false,
    `const more = f.step('more', { after: next }, ({ self }) => ({ c: self.b })); export default f.end(more);`,
  );
  const { json } = await ws.ok(['spin', 'author', 'next', '--json']);
  expect(json).toMatchObject({
    origin: 'author/1/next/2',
    artifacts: { b: { change: 'new', preview: '2' } },
  });
  expect(await ws.nxFlow(['spin', 'author', 'more'])).toMatchObject({
    code: 2,
    stderr:
      'FLOW_NO_INPUTS  No run of author has inputs for "more": 1 (next failed). Run it again, with `nx-flow run author`.\n',
  });
  write(false);
  await ws.ok(['run', 'author', ALONE]);
  write(
    false,
    `const more = f.step('more', { after: next }, ({ self }) => ({ c: self.b })); export default f.end(more);`,
  );
  expect((await ws.ok(['spin', 'author', 'more', '--json'])).json).toMatchObject({
    origin: 'author/2',
    artifacts: { c: { change: 'new', preview: '2' } },
  });
});

test('a join of 12 splits that finished in shuffled order is spun with 12 inputs in split order; index 1 is split 1', async () => {
  // Each split ends only after the one before it in this order. All must be under way at once: which begins first is open.
  const order = [7, 11, 3, 0, 10, 5, 1, 9, 2, 8, 6, 4];
  ws.flow(
    'wide',
    `const order = ${JSON.stringify(order)};
     const start = f.start(() => ({ ns: Array.from({ length: 12 }, (_, n) => 'n' + n) }));
     const split = f.foreach('split', { after: start, over: 'ns' }, async ({ input, index, current }) => {
       if (current.run !== 'spin') {
         const before = order[order.indexOf(index) - 1];
         if (before !== undefined) await hear('split' + before);
         tell('split' + index);
       }
       return { n: input, index };
     });
     const all = f.join('all', { after: split }, ({ inputs }) => ({ ns: inputs.map((i) => i.n), indexes: inputs.map((i) => i.index) }));
     export default f.end(all);`,
  );
  await ws.ok(['run', 'wide', '--max-workers=12']);
  const rows: { status: string }[] = (await ws.ok(['show', 'wide', '1/split', '--json'])).json.tasks;
  expect(rows.map(({ status }) => status)).toEqual(Array(12).fill('done'));
  const [join, one, eleven] = await Promise.all([
    ws.ok(['spin', 'wide', 'all', '--json']),
    ws.ok(['spin', 'wide', 'split', '--index=1', '--json']),
    ws.ok(['spin', 'wide', 'split', '--index', '11', '--json']),
  ]);
  expect(changes(join.json)).toEqual({ ns: 'same', indexes: 'same' });
  const { artifacts } = (await ws.ok(['dump', 'wide', 'all', '--json'])).json;
  expect(artifacts).toEqual({
    ns: Array.from({ length: 12 }, (_, n) => `n${n}`),
    indexes: Array.from({ length: 12 }, (_, n) => n),
  });
  expect(one.json).toMatchObject({
    artifacts: { n: { change: 'same', preview: '"n1"' }, index: { change: 'same' } },
    outputPath: 'dist/flow/wide/spin/split/1',
  });
  expect(eleven.json).toMatchObject({
    artifacts: { n: { change: 'same', preview: '"n11"' } },
    outputPath: 'dist/flow/wide/spin/split/11',
  });
});

test('outputs lie where the result says: JSON, text and bytes in their natural form, the log, the result', async () => {
  ws.flow(
    'outputs',
    `const start = f.start(({ log }) => {
       log('said');
       console.error('complained');
       return { list: [1, { a: 'é' }], text: 'plain é', bytes: Buffer.from([0, 255]), map: new Map([['k', 1]]), '../sneaky/..': 1 };
     });
     export default f.end(start);`,
  );
  const { json } = await ws.ok(['spin', 'outputs', 'start', '--json']);
  expect(json).toMatchObject({ origin: null, status: 'done', outputPath: 'dist/flow/outputs/spin/start' });
  const folder = json.outputPath;
  const files = JSON.parse(ws.read(`${folder}/artifacts.json`));
  expect(files.map(({ name, file, format }: Record<string, string>) => [name, file, format])).toEqual([
    ['list', 'artifacts/list.json', 'json'],
    ['text', 'artifacts/text.txt', 'text'],
    ['bytes', 'artifacts/bytes.bin', 'bytes'],
    ['map', 'artifacts/map.v8', 'v8'],
    ['../sneaky/..', 'artifacts/%2E%2E%2Fsneaky%2F%2E%2E.json', 'json'],
  ]);
  expect(JSON.parse(ws.read(`${folder}/artifacts/list.json`))).toEqual([1, { a: 'é' }]);
  expect(ws.read(`${folder}/artifacts/text.txt`)).toBe('plain é');
  expect(ws.read(`${folder}/log.txt`)).toBe('said\ncomplained\n');
  expect(JSON.parse(ws.read(`${folder}/result.json`))).toEqual({ version: 1, ...json });
});

test('what nobody awaits fails the spin, and a step that leaves the process does too', async () => {
  ws.flow(
    'stray',
    `const start = f.start(async ({ params }) => {
       if (params.how === 'exit') process.exit(0);
       if (params.how === 'reject') { void Promise.reject(new Error('nobody saw it')); await new Promise(() => {}); }
       if (params.how === 'throw') { setImmediate(() => { throw new Error('from a callback'); }); await new Promise(() => {}); }
     });
     export default f.end(start);`,
    'how: z.string().default("")',
  );
  const [reject, thrown, exit] = await Promise.all(
    ['reject', 'throw', 'exit'].map((how) =>
      ws.nxFlow(['spin', 'stray', 'start', `--params.how=${how}`, '--json']),
    ),
  );
  expect(reject).toMatchObject({ code: 1, json: { status: 'failed', error: { message: 'nobody saw it' } } });
  expect(thrown).toMatchObject({
    code: 1,
    json: { status: 'failed', error: { message: 'from a callback' } },
  });
  expect(exit).toMatchObject({ code: 1, json: { status: 'failed', error: { code: 'FLOW_STEP_EXITED' } } });
});
