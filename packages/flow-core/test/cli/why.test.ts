/** `nx-flow why`: what it finds to differ, and that it finds nothing where nothing does. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
/** Every test has a store of its own, in one workspace: its commands have a process in common. */
let store: string;
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());
let tests = 0;
beforeEach(() => {
  store = `--store=store-${tests++}`;
});
const nxFlow = (args: string[]) => ws.nxFlow([...args, store]);
const ok = (args: string[]) => ws.ok([...args, store]);

const BODY = `import { scale } from './lib';
const start = f.start(({ params }) => ({ rows: [1, 2, 3].slice(0, params.n) }));
const sum = f.step('sum', { after: start }, ({ self, params }) => ({
  sum: self.rows.reduce((a, b) => a + b, 0) * scale(params.factor),
}));
const twice = f.step('twice', { after: sum }, ({ self }) => ({ twice: 2 * self.sum }));
export default f.end(twice);`;
const PARAMS = 'n: z.coerce.number().default(3), factor: z.coerce.number().default(1)';
const LIB = 'export function scale(x: number) { return x; }\nexport function unused() { return 0; }\n';

/** The flow `w`, whose last run is of its present code. */
async function recorded(args: string[] = []): Promise<void> {
  ws.write('lib.ts', LIB);
  ws.flow('w', BODY, PARAMS);
  await ok(['run', 'w', ...args]);
}
const edit = (file: string, from: string, to: string) => {
  const text = ws.read(file);
  expect(text).toContain(from);
  ws.write(file, text.replace(from, to));
};
const ask = async (...args: string[]) => (await ok(['why', 'w', ...args, '--json'])).json;
const show = async (...args: string[]) => (await ok(['why', 'w', ...args])).stdout;
const texts = (json: { code: { differences: { text: string }[] } }) =>
  json.code.differences.map((d) => d.text);

test('when nothing differs, it says so, whatever comments and layout are', async () => {
  await recorded();
  edit('lib.ts', 'export function scale', '// It scales.\nexport function  scale');
  edit('lib.ts', 'return 0', 'return 1');
  const { json, stdout } = await ok(['why', 'w', 'sum', '--json']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(json).toEqual({
    pathspec: 'w/1/sum/2',
    executed: 'w/1/sum/2',
    same: true,
    code: { differences: [], open: [] },
    parameters: [],
    inputs: { before: null, differences: [] },
    upstream: [],
    environment: [],
    variables: [],
    git: { before: null, after: null },
  });
  const shown = await show('sum');
  expect(shown).toContain('why w/sum  now, against w/1/sum/2 (done, just now)\n');
  expect(shown).toContain('nothing differs: a spin would do the same\n');
});

test('it names the function that changed, and the steps before whose code did', async () => {
  await recorded();
  edit('lib.ts', 'return x', 'return x * 10');
  expect(texts(await ask('sum'))).toEqual(['lib.ts: scale() changed']);
  edit('w.flow.ts', '(a, b) => a + b', '(a, b) => a + b + 0');
  const shown = await show('sum');
  expect(shown).toMatch(/^Code {9}the step's own function changed {2}w\.flow\.ts:9$/m);
  expect(shown).toMatch(/^ {13}lib\.ts: scale\(\) changed +lib\.ts:1$/m);
  const after = await ask('twice');
  expect(after).toMatchObject({ same: true, code: { differences: [] } });
  expect(after.upstream.map(({ step }: { step: string }) => step)).toEqual(['sum']);
  expect(await show('twice')).toContain(
    'nothing differs: a spin would do the same; a run would make its inputs anew (1 step before it)',
  );
});

test('parameters: given now, given then, new, gone, of another schema; and those that the step did not read', async () => {
  await recorded(['--params.factor=5']);
  expect((await ask('sum')).parameters).toEqual([
    {
      name: 'factor',
      change: 'changed',
      before: 5,
      after: 1,
      given: { before: true, after: false },
      matters: true,
    },
  ]);
  expect(await ask('sum', '--params.factor=5')).toMatchObject({ same: true, parameters: [] });
  const other = await ask('sum', '--params.factor=5', '--params.n=2');
  expect(other).toMatchObject({
    same: true,
    parameters: [{ name: 'n', before: 3, after: 2, matters: false }],
  });
  expect((await ok(['why', 'w', 'sum', '--params.factor=5', '--params.n=2'])).stdout).toContain(
    '\nnothing that it reads differs: a spin would do the same',
  );
  edit('w.flow.ts', 'n: z.coerce.number().default(3)', 'm: z.string().default("x")');
  edit('w.flow.ts', 'factor: z.coerce.number()', 'factor: z.coerce.number().min(0)');
  const { parameters } = await ask('sum', '--params.factor=5');
  expect(parameters.map(({ name, change }: Record<string, string>) => [name, change])).toEqual([
    ['factor', 'schema'],
    ['n', 'gone'],
    ['m', 'new'],
  ]);
  expect(await nxFlow(['why', 'w', 'sum', '--params.factor=many'])).toMatchObject({ code: 2 });
});

test('inputs are compared with the run before', async () => {
  await recorded();
  await ok(['run', 'w', '--params.n=2']);
  const { inputs } = await ask('sum', '--params.n=2');
  expect(inputs.before).toBe('w/1/sum/2');
  expect(inputs.differences).toMatchObject([{ name: 'rows', change: 'changed', inputs: ['0'] }]);
  expect(await show('sum')).toMatch(
    /^Inputs {7}rows changed: Array\(3\), \d+ B → Array\(2\), \d+ B {2}since w\/1\/sum\/2$/m,
  );
  const { stdout } = await ok(['why', 'w', 'sum', '--params.n=2']);
  expect(stdout).toContain('nothing differs in code and parameters: a spin would do the same');
  expect((await ask('1/sum')).inputs.before).toBeNull();
  // A parameter that it does not read, too.
  expect(await show('sum')).toContain('\nnothing differs in code: a spin would do the same');
});

test('a task that a resumed run took over has the code of the run that executed it', async () => {
  ws.write('lib.ts', LIB);
  ws.flow('w', BODY.replace('2 * self.sum', 'JSON.parse("{")'), PARAMS);
  expect((await nxFlow(['run', 'w'])).code).toBe(1);
  edit('lib.ts', 'return x', 'return x * 10');
  ws.flow('w', BODY, PARAMS);
  await ok(['resume', 'w']);
  expect(await ask('sum')).toMatchObject({
    pathspec: 'w/2/sum/2',
    executed: 'w/1/sum/2',
    same: false,
    code: { differences: [{ text: 'lib.ts: scale() changed' }] },
  });
  expect(await ask('twice')).toMatchObject({
    executed: 'w/2/twice/3',
    same: true,
    upstream: [{ step: 'sum', code: { differences: [{ name: 'lib.ts: scale()' }] } }],
  });
});

test('the version of a package, before and after', async () => {
  const install = (version: string) => {
    ws.write('node_modules/pkg/package.json', JSON.stringify({ name: 'pkg', version, main: 'index.js' }));
    ws.write('node_modules/pkg/index.js', 'exports.one = 1;');
  };
  install('1.0.0');
  ws.write('lib.ts', "import { one } from 'pkg';\nexport const scale = (x: number) => x * one;");
  ws.flow('w', BODY, PARAMS);
  await ok(['run', 'w']);
  install('1.1.0');
  expect((await ask('sum')).code.differences).toEqual([
    {
      change: 'changed',
      kind: 'package',
      name: 'pkg',
      before: '1.0.0',
      after: '1.1.0',
      text: 'package pkg 1.0.0 → 1.1.0',
    },
  ]);
});

test("git's commits, then and now", async () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: ws.folder,
      encoding: 'utf8',
    });
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'one');
  await recorded();
  const before = git('rev-parse', 'HEAD').trim();
  git('commit', '-q', '--allow-empty', '-m', 'two');
  const after = git('rev-parse', 'HEAD').trim();
  const json = await ask('sum');
  expect(json.git).toMatchObject({ before: { commit: before }, after: { commit: after } });
  expect(json.same).toBe(true);
  expect(await show('sum')).toContain(`git ${before.slice(0, 8)} → ${after.slice(0, 8)}`);
  rmSync(ws.path('.git'), { recursive: true });
});

test('a split by its index, and a step or task that no run has', async () => {
  ws.flow(
    'w',
    `const start = f.start(() => ({ list: ['a', 'b'] }));
     const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ input }));
     const all = f.join('all', { after: each }, ({ inputs }) => ({ n: inputs.length }));
     export default f.end(all);`,
  );
  const refused = async (...args: string[]) => {
    const { code, json } = await nxFlow(['why', 'w', ...args, '--json']);
    return [code, json.error.code];
  };
  expect(await refused('each')).toEqual([2, 'FLOW_TASK_NOT_FOUND']);
  await ok(['run', 'w']);
  expect((await ask('each', '--index=1')).pathspec).toBe('w/1/each/3');
  expect(await refused('each', '--index=2')).toEqual([2, 'FLOW_TASK_NOT_FOUND']);
  expect(await refused('eech')).toEqual([2, 'FLOW_STEP_NOT_FOUND']);
  expect(await refused('7/each')).toEqual([2, 'FLOW_RUN_NOT_FOUND']);
  expect(await refused('1/each/9')).toEqual([2, 'FLOW_TASK_NOT_FOUND']);
});

test('a run whose code could not be read is a run all the same', async () => {
  // Nothing loads this file, so that the run does not mind; whoever follows the imports stops there.
  ws.write('lib.ts', LIB);
  const never = "if (never()) require('./broken');\nfunction never() { return false; }\nconst twice";
  ws.flow('w', BODY.replace('const twice', never), PARAMS);
  ws.write('broken.ts', 'export const = ;');
  await ok(['run', 'w']);
  const json = await ask('sum');
  expect(json).toMatchObject({ same: null, code: { unknown: expect.stringContaining('broken.ts:1:14') } });
  ws.write('broken.ts', 'export const x = 1;');
  expect((await ask('sum')).code.unknown).toMatch(
    /^the code of w\/1 could not be read then: .*broken\.ts:1:14 /,
  );
  expect(await show('sum')).toContain('the code cannot be compared, nothing else differs');
  await ok(['run', 'w', '--params.n=2']);
  ws.write('broken.ts', 'export const = ;');
  const { stdout } = await ok(['why', 'w', 'sum', '--params.n=2']);
  expect(stdout).toContain('rows changed: ');
  expect(stdout).toContain('\nthe code cannot be compared, nothing differs in parameters: ');
});

test('a declared variable that has another value is named, by why and by a spin, and its value is not shown', async () => {
  ws.write(
    'w.flow.ts',
    `import { flow } from '@nx-flow/core';
     const f = flow('w', { inputs: [{ env: 'WHY_SET' }, { env: 'WHY_UNSET' }, { env: 'WHY_OTHER' }, { env: 'WHY_SAME' }] });
     const start = f.start(() => ({ list: [1, 2] }));
     const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ input }));
     const all = f.join('all', { after: each }, () => ({ n: 1 }));
     export default f.end(all);`,
  );
  const withEnv = async (env: Record<string, string>, args: string[]) =>
    ws.nxFlow([...args, store], { env: { WHY_SAME: 'same-value', ...env } });
  const before = { WHY_UNSET: 'one-value', WHY_OTHER: 'two-value' };
  const now = { WHY_SET: 'three-value', WHY_OTHER: 'four-value' };
  expect((await withEnv(before, ['run', 'w'])).code).toBe(0);
  const same = await withEnv(before, ['why', 'w', 'all', '--json']);
  expect(same.json).toMatchObject({ same: true, variables: [] });
  const { json } = await withEnv(now, ['why', 'w', 'all', '--json']);
  expect(json).toMatchObject({ same: false });
  expect(json.variables).toEqual([
    { name: 'WHY_OTHER', change: 'changed' },
    { name: 'WHY_SET', change: 'set' },
    { name: 'WHY_UNSET', change: 'unset' },
  ]);
  const shown = await withEnv(now, ['why', 'w', 'all']);
  expect(shown.stdout).toMatch(
    /^Environment {2}the variable WHY_OTHER has another value\n {13}the variable WHY_SET was not set, and is now\n {13}the variable WHY_UNSET was set, and is not now$/m,
  );
  for (const args of [['all'], ['each', '--all']]) {
    const { stdout } = await withEnv(now, ['spin', 'w', ...args]);
    expect(stdout.split('The variable WHY_OTHER has another value: run 1 had it otherwise.')).toHaveLength(2);
    expect(stdout).not.toMatch(/-value/);
  }
});
