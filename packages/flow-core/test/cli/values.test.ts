/** `spin --values` and `diff --values`: what differs inside of artifacts that changed. */
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace().shareProcess();
  write(0);
  await ws.ok(['run', 'values', '--max-workers=1']);
});
afterAll(() => ws.dispose());

/** The same flow, whose code makes other values. */
function write(edit: number, secrets = '') {
  ws.write(
    'values.flow.ts',
    `import { flow, instance } from '@nx-flow/core';
     class Point { x = 0; constructor(x: number) { this.x = x; } }
     const edit: number = ${edit};
     const f = flow('values', { codecs: [instance(Point)] });
     const start = f.start(() => ({ keys: ['a', 'b', 'c', 'd', 'e'] }));
     const make = f.step('make', { after: start${secrets} }, () => ({
       rows: [
         ...(edit ? [{ id: 'new', score: 1 }] : []),
         ...Array.from({ length: 200 }, (_, i) => ({ id: 'r' + i, score: i % 50 === 0 ? i + edit / 4 : i })),
       ],
       text: edit ? 'one\\n2\\nthree' : 'one\\ntwo\\nthree',
       at: [new Point(edit)], big: new Float64Array(30_000).fill(edit), order: edit ? { a: 1, b: 2 } : { b: 2, a: 1 },
     }));
     const each = f.foreach('each', { after: make, over: 'keys' }, ({ input }) => ({ out: { key: input, edit } }));
     export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ edits: inputs.map(({ out }) => out) })));`,
  );
}

const DIFFERENCES = `
rows  4 values changed, 1 added
    rows                 200 → 201 items by id, 4 changed, 1 added: score in 4, by +0.25
  + rows[id=new]         { id: 'new', score: 1 }
  ~ rows[id=r0].score    0 → 0.25  +0.25
  ~ rows[id=r50].score   50 → 50.25  +0.25
  ~ rows[id=r100].score  100 → 100.25  +0.25
  ~ rows[id=r150].score  150 → 150.25  +0.25

text  1 value changed
    text    1 line added, 1 removed
  - line 2  two
  + line 2  2

at  1 value changed
    at       1 item, 1 changed
  ~ at[0].x  0 → 1  +1

big  30,000 values changed
    big     30,000 items, 30,000 changed, by +1
  ~ big[0]  0 → 1  +1
  ~ big[1]  0 → 1  +1
  ~ big[2]  0 → 1  +1
  ~ big[3]  0 → 1  +1
  ~ big[4]  0 → 1  +1
    … and 29,995 more
`;
const ORDER = `
order  1 value changed
  ~ order  the same in another order
`;

test('spin --values: rows by their key, lines, instances by their codec, how far numbers went', async () => {
  write(1);
  const { stdout } = await ws.ok(['spin', 'values', 'make', '--values']);
  expect(stdout).toContain(DIFFERENCES);
  expect(stdout).toContain(ORDER);
  const plain = await ws.ok(['spin', 'values', 'make']);
  expect(plain.stdout).not.toContain('items by id');
});

test('--json has it as data, and so has result.json', async () => {
  write(1);
  const { json } = await ws.ok(['spin', 'values', 'make', '--values', '--json']);
  expect(JSON.parse(ws.read('dist/flow/values/spin/make/result.json')).artifacts).toEqual(json.artifacts);
  const { rows, text, big } = json.artifacts;
  expect(rows.difference).toMatchObject({ changed: 4, added: 1, removed: 0, complete: true });
  expect(rows.difference.differences.slice(0, 3)).toEqual([
    {
      ...{
        kind: 'list',
        path: '',
        key: 'id',
        before: 200,
        after: 201,
        changed: 4,
        added: 1,
        removed: 0,
        moved: 0,
      },
      fields: [{ name: 'score', rows: 4, numbers: { mean: 0.25, largest: 0.25 } }],
    },
    { kind: 'added', path: '[id=new]', after: "{ id: 'new', score: 1 }" },
    { kind: 'changed', path: '[id=r0].score', before: '0', after: '0.25', delta: 0.25 },
  ]);
  expect(text.difference.differences).toEqual([
    {
      ...{ kind: 'text', path: '', added: 1, removed: 1 },
      lines: [
        { line: 2, sign: '-', text: 'two' },
        { line: 2, sign: '+', text: '2' },
      ],
    },
  ]);
  expect(big.difference.differences).toHaveLength(6);
  const same = (await ws.ok(['spin', 'values', 'make', '--json'])).json;
  expect(same.artifacts.rows).not.toHaveProperty('difference');
});

test('a step with secrets, which is executed in another process, is compared by what it wrote', async () => {
  write(1, ", secrets: ['TOKEN']");
  const env = { TOKEN: 'not to be seen' };
  const { json } = await ws.ok(['spin', 'values', 'make', '--values', '--json'], { env });
  expect(json.artifacts.rows.difference).toMatchObject({ changed: 4, added: 1 });
  expect(json.artifacts.at.difference.differences.at(-1)).toMatchObject({ path: '[0].x', delta: 1 });
});

test('spin --all --values: in the first splits in which an artifact changed', async () => {
  write(1);
  const { stdout } = await ws.ok(['spin', 'values', 'each', '--all', '--max-workers=1', '--values']);
  const told = stdout.match(/^split .*\n.*\n.*/gm);
  expect(told).toEqual(
    [0, 1, 2].map((split) => `split ${split}\nout  1 value changed\n  ~ out.edit  0 → 1  +1`),
  );
});

test('diff --values: of two runs the first tasks that differ, and of two tasks', async () => {
  write(1);
  await ws.ok(['run', 'values', '--max-workers=1']);
  const runs = await ws.ok(['diff', 'values', '1', '2', '--values']);
  expect(runs.stdout).toContain('\nmake.rows  4 values changed, 1 added\n');
  expect(runs.stdout).toContain('\neach 2: out  1 value changed\n  ~ out.edit  0 → 1  +1\n');
  const tasks = await ws.ok(['diff', 'values', '1/make/2', '2/make/2', '--values']);
  expect(tasks.stdout).toContain(DIFFERENCES);
  const { json } = await ws.ok(['diff', 'values', '1/make', '2/make', '--values', '--json']);
  const [example] = json.steps[0].artifacts.at.examples;
  expect(example.difference).toMatchObject({
    changed: 1,
    differences: [{ kind: 'list' }, { path: '[0].x', delta: 1 }],
  });
});

test('a value that nobody can decode any more is told as that', async () => {
  ws.write(
    'values.flow.ts',
    `import { flow } from '@nx-flow/core';
     const f = flow('values');
     export default f.end(f.start(() => ({ keys: [] })));`,
  );
  const { stdout } = await ws.ok(['diff', 'values', '1/make/2', '2/make/2', '--values']);
  expect(stdout).toMatch(/\nat {2}not compared: .*"Point"/);
  expect(stdout).toContain('\nrows  4 values changed, 1 added\n');
});
