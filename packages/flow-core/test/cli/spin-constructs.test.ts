/** spin by the real command on every construct of one flow, and on every state that its runs can be in. */
import { Workspace } from '../kit/workspace';

let ws: Workspace;
/** For runs where the number of workers is not what is tested: each costs as much as many tasks. */
const ALONE = '--max-workers=1';
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());
beforeEach(() => write());

/** Nested foreaches, joins of any width, a loop, a switch with arms of one and of two steps, a step that may fail. */
const write = ({ added = false, fails = false } = {}) =>
  ws.flow(
    'constructs',
    `const start = f.start(({ params }) => ({ items: Array.from({ length: params.n }, (_, i) => 'i' + i) }));
     const item = f.foreach('item', { after: start, over: 'items' }, ({ input }) => ({ item: input, parts: [input + 'a', input + 'b', input + 'c'] }));
     const part = f.foreach('part', { after: item, over: 'parts' }, ({ self, input, index, stack }) => ({ part: input, place: [...stack, self.item, index].join() }));
     const parts = f.join('parts', { after: part }, ({ inputs }) => ({ parts: inputs.map((i) => i.part), places: inputs.map((i) => i.place) }));
     const joined = f.join('joined', { after: parts }, ({ inputs }) => ({ all: inputs.flatMap((i) => i.parts), value: 1 }));
     const grow = f.loop('grow', { after: joined, while: 'more', max: 9 }, ({ self, iteration }) => ({ value: self.value * 2, more: iteration < 4 }));
     const after = f.step('after', { after: grow }, ({ self }) => ({ final: self.value }));
     const pick = f.switch('pick', { after, on: 'kind', cases: ['small', 'big', 'huge'] }, ({ params }) => ({ kind: params.kind }));
     const small = f.step('small', { after: pick.when('small') }, () => ({ size: 1 }));
     const big = f.step('big', { after: pick.when('big') }, () => ({ size: 2 }));
     const bigger = f.step('bigger', { after: big }, ({ self }) => ({ size: self.size + 1 }));
     const huge = f.step('huge', { after: pick.when('huge') }, ({ self }) => ({ size: 100 * self.final }));
     const hugest = f.step('hugest', { after: huge }, ({ self }) => ({ size: 2 * self.size }));
     const last = f.step('last', { after: oneOf(small, bigger, hugest) }, ({ self }) => {
       ${fails ? "throw new Error('not today');" : ''}
       return { said: 'size ' + self.size };
     });
     ${added ? "const added = f.step('added', { after: last }, ({ self }) => ({ twice: self.said + self.said })); export default f.end(added);" : 'export default f.end(last);'}`,
    "n: z.coerce.number().default(2), kind: z.enum(['small', 'big', 'huge']).default('small')",
  );

const changes = (json: { artifacts: Record<string, { change: string }> }) =>
  Object.fromEntries(Object.entries(json.artifacts).map(([name, { change }]) => [name, change]));
const spin = async (...args: string[]) => (await ws.ok(['spin', 'constructs', ...args, '--json'])).json;

test.each([5, 12, 200])('a join of %i inputs gets them in split order', async (n) => {
  const store = `--store=joins-${n}`;
  await ws.ok(['run', 'constructs', `--params.n=${n}`, store]);
  expect(await spin('joined', store)).toMatchObject({
    origin: expect.stringMatching(/^constructs\/1\/joined\/\d+$/),
    artifacts: { all: { type: `Array(${n * 3})`, change: 'same' } },
  });
  const all = JSON.parse(ws.read('dist/flow/constructs/spin/joined/artifacts/all.json'));
  const expected = Array.from({ length: n }, (_, i) => [`i${i}a`, `i${i}b`, `i${i}c`]);
  expect(all).toEqual(expected.flat());
});

describe('on a run of the arm "big", and a newer one of "small"', () => {
  beforeAll(async () => {
    write();
    await ws.ok(['run', 'constructs', ALONE, '--params.kind=big', '--params.n=3']);
    await ws.ok(['run', 'constructs', ALONE]);
  });

  test('a loop by its third iteration, by its last, and by the one that would have come next', async () => {
    const value = async (...args: string[]) => {
      const { artifacts } = await spin('grow', ...args);
      return [artifacts.value.preview, artifacts.value.change, artifacts.more.preview];
    };
    expect(await value()).toEqual(['2', 'same', 'true']);
    expect(await value('--iteration=2')).toEqual(['8', 'same', 'true']);
    expect(await value('--iteration=4')).toEqual(['32', 'same', 'false']);
    expect(await value('--iteration=5')).toEqual(['64', 'new', 'false']);
    expect(await ws.nxFlow(['spin', 'constructs', 'grow', '--iteration=7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"grow" has no iteration 7 there'),
    });
  });

  test('the step after a loop gets what the last iteration left', async () => {
    expect(await spin('after')).toMatchObject({
      origin: expect.stringMatching(/^constructs\/2\/after\//),
      artifacts: { final: { change: 'same', preview: '32' } },
    });
  });

  test('the arm that the newest run took, and the step that follows whichever arm it was', async () => {
    expect(await spin('small')).toMatchObject({
      origin: expect.stringMatching(/^constructs\/2\/small\//),
      artifacts: { size: { change: 'same', preview: '1' } },
    });
    expect((await spin('last')).artifacts.said).toMatchObject({ change: 'same', preview: '"size 1"' });
    expect((await spin('last', '--origin=1')).artifacts.said.preview).toBe('"size 3"');
  });

  test('an arm that only an older run took is spun on that run, and says so', async () => {
    const spun = await ws.ok(['spin', 'constructs', 'big', '--json']);
    expect(spun.json).toMatchObject({
      origin: expect.stringMatching(/^constructs\/1\/big\//),
      artifacts: { size: { change: 'same' } },
    });
    expect(spun.stderr).toContain('! passed over run 2 (pick chose "small", not "big")\n');
    expect((await spin('bigger')).origin).toMatch(/^constructs\/1\/bigger\//);
  });

  test('an arm that no run took: the error says what they took, and its remedies work', async () => {
    const arm = await ws.nxFlow(['spin', 'constructs', 'huge']);
    expect(arm.stderr).toBe(
      'FLOW_NO_INPUTS  No run took the case "huge" of the switch "pick": run 2 took "small"; run 1 took "big". ' +
        'Spin it on what "pick" left, with what you set: nx-flow spin constructs huge --set.kind=huge ' +
        '(or --artifacts=<file.ts>). Or make a run with a parameter that leads there: nx-flow run constructs --params.<name>=….\n',
    );
    expect(arm.code).toBe(2);
    const behind = await ws.nxFlow(['spin', 'constructs', 'hugest', '--origin=2']);
    expect(behind.stderr).toBe(
      'FLOW_NO_INPUTS  Run constructs/2 did not take the case "huge" of the switch "pick": run 2 took "small". ' +
        'Make a run with a parameter that leads there: nx-flow run constructs --params.<name>=….\n',
    );
    const set = await ws.ok(['spin', 'constructs', 'huge', '--set.kind=huge', '--json']);
    expect(set.json).toMatchObject({
      origin: 'constructs/2',
      artifacts: { size: { change: 'new', preview: '3200' } },
    });
    expect(set.stderr).toContain('! pick chose "small", not "huge": spun on what it left\n');
  });

  test('a nested foreach by --index at each level, and the inner join by the outer one', async () => {
    const place = async (...args: string[]) => (await spin('part', ...args)).artifacts.place;
    expect(await place()).toMatchObject({ preview: '"i0a,i0,i0,0"', change: 'same' });
    expect(await place('--index=1')).toMatchObject({ preview: '"i1a,i1,i1,0"', change: 'same' });
    expect(await place('--index=1,2')).toMatchObject({ preview: '"i1c,i1,i1,2"', change: 'same' });
    expect(await place('--index=2,1', '--origin=1')).toMatchObject({ preview: '"i2b,i2,i2,1"' });
    expect(await spin('item', '--index=1')).toMatchObject({ artifacts: { item: { preview: '"i1"' } } });
    expect((await spin('parts', '--index=1')).artifacts.parts).toMatchObject({
      preview: "[ 'i1a', 'i1b', 'i1c' ]",
      change: 'same',
    });
  });

  test('an index beyond the range names the count at its level; too many numbers, the levels', async () => {
    const refusal = async (...args: string[]) => {
      const { code, stderr } = await ws.nxFlow(['spin', 'constructs', ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal('part', '--origin=2', '--index=2')).toBe(
      'FLOW_NO_INPUTS  Run constructs/2 has no inputs for "part": "items" there has 2 items: an index is 0 to 1, not 2.\n',
    );
    expect(await refusal('part', '--index=0,3')).toContain(
      '2 ("parts" there has 3 items: an index is 0 to 2, not 3); 1 (',
    );
    expect(await refusal('part', '--index=0,1,2')).toBe(
      'FLOW_INDEX  "part" stands in 2 foreaches: --index takes at most 2 numbers.\n',
    );
  });
});

test('an artifact that the chosen run has not: the error names it, what is there, and the run that has it', async () => {
  const declare = (names: string, read: string) =>
    ws.flow(
      'lacks',
      `const start = f.start(() => ({ ${names} }));
       const next = f.step('next', { after: start }, ({ self }) => ({ n: (self as any).${read}.length }));
       export default f.end(next);`,
    );
  declare('rows: [1, 2], count: 2', 'rows');
  await ws.ok(['run', 'lacks', ALONE]);
  declare("text: 'a', count: 2", 'text');
  await ws.ok(['run', 'lacks', ALONE]);
  declare('', 'rows');
  const failed = await ws.nxFlow(['spin', 'lacks', 'next', '--json']);
  const hint =
    'The step reads "rows", which lacks/2/start/1 does not have (it has text, count). ' +
    'Run 1 has it: nx-flow spin lacks next --origin=1';
  expect(failed).toMatchObject({
    code: 1,
    json: { status: 'failed', error: { name: 'TypeError' }, hints: [hint] },
    stderr: expect.stringContaining(`! ${hint}\n`),
  });
  expect((await ws.ok(['spin', 'lacks', 'next', '--origin=1', '--json'])).json.status).toBe('done');
  declare('', 'table');
  const { json } = await ws.nxFlow(['spin', 'lacks', 'next', '--json']);
  expect(json.hints).toEqual([
    'The step reads "table", which lacks/2/start/1 does not have (it has text, count). ' +
      'Run the flow again (nx-flow run lacks), or give it: --set.table=…',
  ]);
  const set = await ws.ok(['spin', 'lacks', 'next', '--set.table=[1,2,3]', '--json']);
  expect(set.json.artifacts.n.preview).toBe('3');
});

test('run, spin, resume, spin, run: each finds the right origin, through a failed step and a new one', async () => {
  const store = '--store=sequence';
  const origin = async (step: string) => (await spin(step, store)).origin;
  const resumed = async () => (await ws.ok(['resume', 'constructs', ALONE, store, '--json'])).json;
  write({ fails: true });
  expect((await ws.nxFlow(['run', 'constructs', ALONE, store])).code).toBe(1);
  write();
  // The step that failed, and one before it.
  const fixed = await spin('last', store);
  expect(fixed).toMatchObject({ status: 'done', artifacts: { said: { change: 'new' } } });
  expect(fixed.origin).toMatch(/^constructs\/1\/last\//);
  expect(await origin('small')).toMatch(/^constructs\/1\/small\//);
  expect(await resumed()).toMatchObject({ pathspec: 'constructs/2', status: 'done' });
  expect(await origin('last')).toMatch(/^constructs\/2\/last\//);
  const taken = await spin('after', store);
  expect(taken.origin).toMatch(/^constructs\/2\/after\//);
  expect(changes(taken)).toEqual({ final: 'same' });
  // A step that no run has seen takes what the newest run left before it.
  write({ added: true });
  expect(await spin('added', store)).toMatchObject({
    origin: 'constructs/2',
    artifacts: { twice: { change: 'new', preview: '"size 1size 1"' } },
  });
  expect((await ws.ok(['run', 'constructs', ALONE, store, '--json'])).json.pathspec).toBe('constructs/3');
  expect(await origin('added')).toMatch(/^constructs\/3\/added\//);
  expect(await origin('last')).toMatch(/^constructs\/3\/last\//);
});
