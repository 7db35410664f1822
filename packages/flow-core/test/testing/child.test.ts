import fs, { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { flowMatchers, Runner } from '../../src/testing';
import { Workspace, wholeStore } from '../kit/workspace';

expect.extend(flowMatchers);

const w = new Workspace();
const file = w.flow(
  'parts',
  `
const start = f.start(({ params }) => ({ rows: [{ n: 1 }, { n: 2 }], big: 'x'.repeat(100_000), k: params.k }));
const each = f.foreach('each', { after: start, over: 'rows', env: { PAINT: 'own' } }, ({ self, input, log }) => {
  if (!process.env.PAINT) log('without');
  console.log('row', input.n);
  console.error('warned');
  return { n: input.n * self.k, when: new Map([[input.n, new Date(0)]]), cwd: process.cwd() };
});
const all = f.join('all', { after: each }, ({ inputs }) => ({ ...merge(inputs, { exclude: ['n', 'when'] }), ns: inputs.map((i) => i.n) }));
const fail = f.step('fail', { after: all }, ({ self }) => {
  if (!existsSync('mended')) throw new RangeError('broken ' + self.ns.length, { cause: Object.assign(new TypeError('deep'), { code: 'EDEEP' }) });
});
const die = f.step('die', { after: fail }, () => {
  if (existsSync('mended')) return;
  console.log('last words');
  process.kill(process.pid, 'SIGKILL');
});
import { existsSync } from 'node:fs';
export default f.end(die);
`,
  'k: z.coerce.number().default(10)',
);

const runner = new Runner(file);
// Other test files have Runners at the same time: only the folders that these make are looked at.
const made = jest.spyOn(fs, 'mkdtempSync');
const folders = () =>
  made.mock.results.map(({ value }) => String(value)).filter((name) => name.includes('nx-flow-runner-'));
afterAll(async () => {
  await runner.dispose();
  await w.dispose();
  expect(folders().length).toBeGreaterThan(0);
  expect(folders().filter((name) => existsSync(name))).toEqual([]);
});

test('a step is spun in a child on given artifacts alone, and its values come back as they were', async () => {
  const spun = await runner.spin('each', { artifacts: { rows: [{ n: 3 }, { n: 4 }], k: 2 }, index: 1 });
  expect(spun).toSucceed();
  expect(spun.artifacts).toEqual({ n: 8, when: new Map([[4, new Date(0)]]), cwd: w.folder });
  expect(spun).toMatchObject({ stdout: 'row 4\n', stderr: 'warned\n', origin: undefined, index: [1] });
  expect(spun.durationMs).toBeGreaterThan(0);
  expect(existsSync(w.path('.flow'))).toBe(false);
});

test('its error is rebuilt with name, message, code, stack and causes', async () => {
  const spun = await runner.spin('fail', { artifacts: { ns: [1, 2] } });
  expect(spun).toFailWith(RangeError);
  expect(spun).toFailWith(/^broken 2$/);
  expect(spun.error).toMatchObject({
    name: 'RangeError',
    cause: { name: 'TypeError', message: 'deep', code: 'EDEEP' },
  });
  expect(spun.error).toBeInstanceOf(Error);
  expect(spun.error?.stack).toContain('parts.flow.ts');
});

test('a loop that never yields is ended by its timeout', async () => {
  const loop = `const start = f.start({ timeout: '100ms' }, (): object => { for (;;); }); export default f.end(start);`;
  const busy = new Runner(w.flow('busy', loop));
  expect(await busy.spin('start')).toFailWith('FLOW_TIMEOUT');
  await busy.dispose();
});

test('a child that dies is a failed spin, with what it had printed', async () => {
  const spun = await runner.spin('die', { artifacts: {} });
  expect(spun).toFailWith('FLOW_WORKER_DIED');
  expect(spun.stdout).toBe('last words\n');
});

test.each([
  ['an unknown step', () => runner.spin('al'), 'FLOW_STEP_NOT_FOUND'],
  ['no run', () => runner.spin('all'), 'FLOW_NO_INPUTS'],
])('%s is bad usage', async (_, spin, code) => {
  await expect(spin()).rejects.toMatchObject({ name: 'FlowError', code });
});

test('a flow that does not load is bad usage too, and what it threw is the cause', async () => {
  const bad = new Runner(w.write('bad.flow.ts', 'throw new Error("at import")'));
  await expect(bad.spin('start')).rejects.toMatchObject({
    code: 'FLOW_IMPORT',
    cause: { message: 'at import' },
  });
  await bad.dispose();
});

test('a run fails, is spun from, and is resumed', async () => {
  const failed = await runner.run({ params: { k: '3' }, tags: ['t'] });
  expect(failed).toFailWith('broken 2');
  expect(failed.run.tags).toEqual(new Set(['t']));
  const all = await runner.spin('all', { from: failed });
  expect(all.artifacts.ns).toEqual([3, 6]);
  expect(all.artifacts.big).toBe('x'.repeat(100_000));
  const joined = await runner.spin('all', { from: failed, artifacts: [{ n: 'given' }] });
  expect(joined.artifacts.ns).toEqual(['given', 6]);
  w.write('mended', '');
  const resumed = await runner.resume({ from: failed });
  expect(resumed).toSucceed();
  expect(resumed.tasks.taken).toBe(4);
  expect(await resumed.run.artifacts.ns).toEqual([3, 6]);
});

test('a store of the workspace is left as it was by a spin', async () => {
  await w.ok(['run', 'parts']);
  const own = new Runner(pathToFileURL(file), { store: 'workspace', namespace: 'user:tester' });
  const stored = await wholeStore(w.path('.flow'));
  expect(await own.spin('each', { index: 1 })).toHaveArtifact('n', 20);
  expect(await wholeStore(w.path('.flow'))).toEqual(stored);
  await own.dispose();
});

test('options of the step are left out', async () => {
  const artifacts = { rows: [{ n: 1 }], big: '', k: 1 };
  expect((await runner.spin('each', { artifacts, without: ['env'] })).stdout).toBe('without\nrow 1\n');
  expect((await runner.spin('each', { artifacts })).stdout).toBe('row 1\n');
});

test('a persisted spin is shown by the client, with what it passes on and what it printed', async () => {
  const ran = await runner.run();
  const spun = await runner.spin('each', { from: ran, index: 1, persist: true });
  expect(spun.pathspec).toBe('parts/1/each/1');
  expect(spun).toMatchObject({ stdout: 'row 2\n', hints: [] });
  expect(await spun.task?.artifacts.n).toBe(20);
  expect(await spun.task?.artifacts.big).toHaveLength(100_000);
  expect(await spun.task?.stdout()).toBe('row 2\n');
  expect(await spun.task?.stderr()).toBe('warned\n');
});
