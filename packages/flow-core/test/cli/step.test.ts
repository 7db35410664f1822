/** nx-flow step: what the targets of single steps execute. */
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { Workspace } from '../kit/workspace';

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace().shareProcess();
});
afterAll(() => workspace.dispose());

/** One process for the tasks: how many there are is not what is tested here. */
const ALONE = '--max-workers=1';
const step = (...args: string[]) => workspace.nxFlow(['step', ...args, ALONE, '--json']);
/** Executes steps in order; gives the JSON of the last. */
async function steps(flow: string, ...names: string[]) {
  let last: Awaited<ReturnType<typeof step>> | undefined;
  for (const name of names) last = await step(flow, name);
  return last as Awaited<ReturnType<typeof step>>;
}
const handed = (flow: string, name: string, file: string) =>
  JSON.parse(workspace.read(`dist/flow/${flow}/steps/${name}/${file}`));

describe('a step that retries and one that catches', () => {
  let attempted: Awaited<ReturnType<typeof step>>;
  beforeAll(async () => {
    workspace.flow(
      'tough',
      `const start = f.start({ retry: 2 }, () => {
         tell('attempt-' + told('attempt-').length);
         if (told('attempt-').length < 3) throw new Error('not yet');
         return { attempts: told('attempt-').length, rows: [1, 2, 3] };
       });
       const caught = f.step('caught', { after: start, catch: 'problem' }, ({ self }): { never: number } => {
         throw new RangeError('after ' + self.attempts);
       });
       const each = f.foreach('each', { after: caught, over: 'rows' }, ({ self, input }) => ({ twice: 2 * input, text: self.problem?.message ?? 'none' }));
       const all = f.join('all', { after: each }, ({ inputs }) => ({ twice: inputs.map((one) => one.twice) }));
       export default f.end(all);`,
    );
    attempted = await steps('tough', 'start', 'caught', 'each');
  });

  test('a step that retries is attempted again, and one that catches hands its error on', () => {
    expect([attempted.code, attempted.json]).toEqual([
      0,
      expect.objectContaining({ status: 'done', chosen: true }),
    ]);
    expect(handed('tough', 'start', 'artifacts/attempts.json')).toBe(3);
    expect(workspace.read('dist/flow/tough/steps/each/0/artifacts/text.txt')).toBe('after 3');
  });

  test('a foreach behind a caught step splits the list that the step inherited, also where that was taken over', async () => {
    expect((await step('tough', 'all')).code).toBe(0);
    expect(handed('tough', 'all', 'artifacts/twice.json')).toEqual([2, 4, 6]);
    const recorded = ['--store=recorded', '--json'];
    await workspace.ok(['run', 'tough', ALONE, ...recorded]);
    await workspace.ok(['resume', 'tough', 'caught', ALONE, ...recorded]);
    const dumped = (await workspace.ok(['dump', 'tough', '2/all', ...recorded])).json;
    expect(dumped.artifacts.twice).toEqual([2, 4, 6]);
  });
});

test('a step that a switch left out is not taken, and what comes after it goes on without it', async () => {
  workspace.flow(
    'ways',
    `const start = f.start(() => ({ way: 'left' as 'left' | 'right' }));
     const pick = f.switch('pick', { after: start, on: 'way', cases: ['left', 'right'] }, ({ self }) => ({ way: self.way }));
     const left = f.step('left', { after: pick.when('left') }, () => ({ by: 'left' }));
     const right = f.step('right', { after: pick.when('right') }, () => ({ by: 'right' }));
     const further = f.step('further', { after: right }, () => ({ by: 'further' }));
     const both = f.step('both', { after: oneOf(left, further) }, ({ self }) => ({ text: 'by ' + self.by }));
     export default f.end(both);`,
  );
  await steps('ways', 'start', 'pick', 'left');
  const { code, stdout } = await workspace.nxFlow(['step', 'ways', 'right', ALONE]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('not taken: a switch before it took another case'),
  ]);
  expect((await step('ways', 'further')).json).toMatchObject({
    status: 'done',
    chosen: false,
    tasks: { done: 0 },
  });
  for (const name of ['right', 'further']) {
    expect(handed('ways', name, 'digests.json')).toMatchObject({ chosen: false, tasks: [] });
  }
  expect((await step('ways', 'both')).code).toBe(0);
  expect(workspace.read('dist/flow/ways/steps/both/artifacts/text.txt')).toBe('by left');
});

test('every split and every iteration is executed inside one command; the artifacts lie in a folder for each split', async () => {
  workspace.flow(
    'many',
    `const start = f.start(({ params }) => ({ rows: Array.from({ length: params.rows }, (_, i) => i) }));
     const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => {
       console.log('row ' + input);
       return { square: input ** 2 };
     });
     const again = f.loop('again', { after: each, while: 'more', max: 9 }, ({ self, iteration }) => ({ more: iteration < self.square }));
     const all = f.join('all', { after: again }, ({ inputs }) => ({ squares: inputs.map((one) => one.square) }));
     export default f.end(all);`,
    `rows: z.coerce.number()`,
  );
  const given = ['--params.rows=3'];
  expect((await step('many', 'start', ...given)).code).toBe(0);
  expect((await step('many', 'each', ...given)).json).toMatchObject({ tasks: { done: 3, failed: 0 } });
  expect(handed('many', 'each', '2/artifacts/square.json')).toBe(4);
  expect(workspace.read('dist/flow/many/steps/each/2/log.txt')).toBe('row 2\n');
  // 1, 2 and 5 iterations.
  expect((await step('many', 'again', ...given)).json).toMatchObject({ tasks: { done: 8, failed: 0 } });
  expect((await step('many', 'all', ...given)).code).toBe(0);
  expect(handed('many', 'all', 'artifacts/squares.json')).toEqual([0, 1, 4]);
});

const CHAIN = `const start = f.start(() => ({ one: 1 }));
  const next = f.step('next', { after: start }, ({ self }) => {
    if (process.env.FAIL) throw new RangeError('it fails');
    return { two: self.one + 1 };
  });
  export default f.end(next);`;

describe('a chain of steps', () => {
  beforeAll(async () => {
    workspace.flow('chain', CHAIN);
    expect((await steps('chain', 'start', 'next')).code).toBe(0);
  });

  test('a step that fails says where, and leaves the folder as it was', async () => {
    const failed = await workspace.nxFlow(['step', 'chain', 'next', ALONE, '--json'], { env: { FAIL: '1' } });
    expect([failed.code, failed.json]).toEqual([
      1,
      expect.objectContaining({ status: 'failed', error: { name: 'RangeError', message: 'it fails' } }),
    ]);
    expect(failed.stderr).toContain('RangeError: it fails');
    expect(failed.stderr).toContain('chain.flow.ts:');
    expect(handed('chain', 'next', 'artifacts/two.json')).toBe(2);
    // No draft is left beside the folders of the steps.
    expect(readdirSync(workspace.path('dist/flow/chain/steps')).sort()).toEqual(['next', 'start']);
    expect(readdirSync(workspace.path('dist/flow')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('nothing is recorded, and no store is made', async () => {
    expect((await steps('chain', 'end')).code).toBe(0);
    expect(existsSync(workspace.path('.flow/db'))).toBe(false);
    expect(await step('chain', 'next', '--store=other')).toMatchObject({
      code: 2,
      json: { error: { code: 'FLOW_OPTION' } },
    });
  });

  test('a step before it that has handed nothing over is named, with what to do', async () => {
    workspace.flow('other', CHAIN);
    const missing = await step('other', 'next');
    expect([missing.code, missing.json.error]).toEqual([
      1,
      expect.objectContaining({
        code: 'FLOW_HANDOVER',
        message: expect.stringContaining('"start" has handed nothing over yet: execute it first'),
      }),
    ]);
    const start = workspace.path('dist/flow/other/steps/start');
    cpSync(workspace.path('dist/flow/chain/steps/start'), start, { recursive: true });
    expect(existsSync(workspace.path('dist/flow/other/steps/start/tasks.json'))).toBe(true);
    workspace.write('dist/flow/other/steps/start/tasks.json', '{"version":');
    expect((await step('other', 'next')).json.error).toMatchObject({ code: 'FLOW_HANDOVER' });
    expect((await step('other', 'nxet')).json.error).toMatchObject({
      code: 'FLOW_STEP_NOT_FOUND',
      message: expect.stringContaining('next'),
    });
  });
});

test('a step that fails is named by its split and iteration: there is no run, and no number of a task', async () => {
  workspace.flow(
    'fails',
    `const start = f.start(() => {
       if (process.env.FAIL) throw new Error('not at all');
       return { rows: [0, 1], more: [0, 1] };
     });
     const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({ row: input }));
     const inner = f.foreach('inner', { after: each, over: 'more' }, ({ self, input }) => {
       console.log('inner ' + input);
       if (process.env.FAIL) throw new Error('no ' + self.row + input);
       return { value: input };
     });
     const again = f.loop('again', { after: inner, while: 'go', max: 3 }, ({ self, iteration }) => {
       if (self.row + self.value === 2 && iteration === 1) throw new Error('no second one');
       return { go: iteration < 1 };
     });
     const inners = f.join('inners', { after: again }, () => ({}));
     const all = f.join('all', { after: inners }, () => ({}));
     export default f.end(all);`,
  );
  const failures = async (name: string, env = {}) => {
    const { code, stdout } = await workspace.nxFlow(['step', 'fails', name, ALONE], { env });
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/\w\/\d|nx-flow show/);
    return { heads: stdout.match(/^fails\/\w+ .*|^… .*/gm), stdout };
  };
  expect((await failures('start', { FAIL: '1' })).stdout).toMatch(/^\nfails\/start\nError: not at all$/m);
  expect((await steps('fails', 'start', 'each')).code).toBe(0);
  const { heads, stdout } = await failures('inner', { FAIL: '1' });
  const all = ['0,0', '0,1', '1,0', '1,1'];
  expect(heads).toHaveLength(4);
  expect(all.map((split) => `fails/inner split ${split}`)).toEqual(
    expect.arrayContaining(heads?.slice(0, 3) ?? []),
  );
  expect(heads?.at(-1)).toBe('… and 1 more failure');
  expect(stdout).toContain('inner split 1,0 │ inner 0\n');
  expect(stdout).toMatch(/^✗ inner split 0,1 failed after .*: Error: no 01$/m);
  expect((await step('fails', 'inner')).code).toBe(0);
  expect((await failures('again')).heads).toEqual(['fails/again split 1,1, iteration 1']);
});
