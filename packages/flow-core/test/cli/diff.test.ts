import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'model',
    `const start = f.start(({ params }) => ({ items: Array.from({ length: 20 }, (_, i) => i), rate: params.rate, text: 'é'.repeat(50_000) + params.rate }));
     const train = f.foreach('train', { after: start, over: 'items', catch: 'oops' }, ({ self, input, params }) => {
       if (params.broken === input) throw new RangeError('cannot');
       return { loss: input % 5 === 0 ? input * self.rate : input };
     });
     const all = f.join('all', { after: train }, ({ inputs }) => ({ best: Math.min(...inputs.map((i) => i.loss ?? 9)) }));
     export default f.end(all);`,
    'rate: z.coerce.number().default(0.25), broken: z.coerce.number().default(-1)',
  );
  await ws.ok(['run', 'model', '--tag=exp1']);
  await ws.ok(['run', 'model', '--params.rate=0.5', '--params.broken=3', '--tag=exp2']);
  await ws.ok(['tag', 'model', '1', '--add=both']);
  await ws.ok(['tag', 'model', '2', '--add=both']);
});
afterAll(() => ws.dispose());

/** Without what differs from run to run: times. */
const timeless = (text: string) =>
  text
    .replace(/ *\d[\d.]* (ms|s)\b/g, ' T')
    .replace(/ *\d+(\.\d+)? ×/g, '')
    // How much of a long line there is room for depends on the width of the times.
    .replace(/(loss in 3), loss.*$/m, '$1 …')
    .replace(/ +/g, ' ')
    .replace(/ $/gm, '');

test('two runs: parameters, tags, each step, and the first splits that differ', async () => {
  const { stdout } = await ws.ok(['diff', 'model', '1', '2']);
  expect(timeless(stdout)).toBe(` model/1 model/2
time T T
tags both exp1 both exp2
params.broken -1 3
params.rate 0.25 0.5

Step Tasks Same Before After Differs
start 1 0 T T rate, text
train 20 16 T T done → caught in 1, loss in 3 …
all 1 1 T T
end 1 1 T T

Artifact Split Value
start.rate 0.25 → 0.5
start.text string, 50 KB → another
train.loss 3 gone: 3
train.loss 5 1.25 → 2.5
train.loss 10 2.5 → 5
train.loss … and in 1 more task
train.oops 3 new: RangeError: cannot
`);
});

test('the two newest without a run, and with one run the one before it', async () => {
  const [newest, one, given] = await Promise.all([
    ws.ok(['diff', 'model', '--json']),
    ws.ok(['diff', 'model', '2', '--json']),
    ws.ok(['diff', 'model', 'model/1', 'model/2', '--json']),
  ]);
  expect(newest.json).toEqual(given.json);
  expect(one.json).toEqual(given.json);
  const first = await ws.nxFlow(['diff', 'model', '1']);
  expect([first.code, first.stderr]).toEqual([
    2,
    'FLOW_RUN_NOT_FOUND  There is no run before model/1 in the namespace user:tester to compare it with: name two runs, or run model once more.\n',
  ]);
});

test('--json has the whole difference', async () => {
  const { json } = await ws.ok(['diff', 'model', '1', '2', '--json']);
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  const times = { before: expect.any(Number), after: expect.any(Number), ratio: expect.any(Number) };
  expect(json).toMatchObject({
    before: 'model/1',
    after: 'model/2',
    status: { before: 'done', after: 'done' },
    durationMs: times,
    params: {
      rate: {
        change: 'changed',
        old: { type: 'number', size: 4, digest, preview: '0.25' },
        new: { type: 'number', size: 3, digest, preview: '0.5' },
      },
      broken: { change: 'changed' },
    },
    tags: { added: ['exp2'], removed: ['exp1'] },
  });
  const [start, train, all] = json.steps;
  expect(json.steps.map(({ step, change }: { step: string; change: string }) => [step, change])).toEqual([
    ['start', 'changed'],
    ['train', 'changed'],
    ['all', 'same'],
    ['end', 'same'],
  ]);
  // Not decoded: too large to be shown.
  expect(start.artifacts.text.examples[0]).toMatchObject({ change: 'changed', old: { preview: null } });
  expect(train.tasks).toEqual({ same: 16, changed: 4, new: 0, gone: 0, taken: 0 });
  expect(train.ends).toEqual([{ before: 'done', after: 'caught', count: 1 }]);
  expect(train.artifacts.loss).toMatchObject({ same: 16, changed: 3, new: 0, gone: 1 });
  expect(train.artifacts.loss.examples[1]).toMatchObject({
    before: 'model/1/train/7',
    after: 'model/2/train/7',
    change: 'changed',
    old: { preview: '1.25' },
    new: { preview: '2.5' },
  });
  expect(all.artifacts).toEqual({ best: { same: 1, changed: 0, new: 0, gone: 0, examples: [] } });
});

test('two tasks, or one with the task in its place in the other run', async () => {
  const [both, one, latest] = await Promise.all([
    ws.ok(['diff', 'model', '1/train/7', '2/train/7']),
    ws.ok(['diff', 'model', '1/train/7', '2']),
    ws.ok(['diff', 'model', '2/train/7']),
  ]);
  expect(timeless(both.stdout)).toBe(` model/1/train/7 model/2/train/7
time T T

Artifact Type Size Change Value
loss number 3 B changed 1.25 → 2.5
`);
  for (const { stdout } of [one, latest]) expect(stdout).toBe(both.stdout);
  const { json } = await ws.ok(['diff', 'model', '1/train/5', '2/train/5', '--json']);
  expect(json).toMatchObject({
    before: 'model/1/train/5',
    after: 'model/2/train/5',
    status: { before: 'done', after: 'caught' },
    artifacts: {
      loss: { change: 'gone', new: null },
      oops: { change: 'new', old: null, new: { type: 'Error' } },
    },
  });
});

test('a step alone', async () => {
  const { json } = await ws.ok(['diff', 'model', 'train', '--json']);
  expect(json.steps.map(({ step }: { step: string }) => step)).toEqual(['train']);
});

test.each([
  [['1/train', '2/all'], 'FLOW_USAGE', '"train" and "all" are two steps: compare one with itself.'],
  [['1', '7'], 'FLOW_RUN_NOT_FOUND', 'There is no run model/7. Its newest runs: 2, 1.'],
  [
    ['1/trian', '2/trian'],
    'FLOW_STEP_NOT_FOUND',
    'There is no step "trian" in model/2. Did you mean "train"?',
  ],
  [['1', '2', '3'], 'FLOW_USAGE', '"3" is one argument too many; see --help.'],
])('what cannot be compared is said: %j', async (args, code, message) => {
  const refused = await ws.nxFlow(['diff', 'model', ...args]);
  expect([refused.code, refused.stderr]).toEqual([2, `${code}  ${message}\n`]);
});

test('runs that are the same are said to be', async () => {
  ws.flow('alike', `export default f.end(f.start(() => ({ n: 1 })));`);
  await ws.ok(['run', 'alike']);
  await ws.ok(['run', 'alike']);
  const { stdout } = await ws.ok(['diff', 'alike']);
  expect(timeless(stdout)).toContain('\nthe same but for the time\n');
});
