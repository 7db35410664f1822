/** What makes spinning easy: options that are left out, and the split that is taken where none is named. */
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'opted',
    `const start = f.start(() => ({ items: [0, 1], slow: false }));
     const each = f.foreach('each', { after: start, over: 'items', share: ['items'], timeout: '1s', retry: 2, env: { PAINT: 'own' } }, async ({ self, signal }) => {
       if (process.env.WORK) await new Promise((done) => { setTimeout(done, 1500); signal.onabort = done; });
       return { color: process.env.PAINT ?? 'none', frozen: Object.isFrozen(self.items) };
     });
     export default f.end(f.join('all', { after: each }, () => ({})));`,
  );
  await ws.ok(['run', 'opted', '--max-workers=1']);
});
afterEach(() => ws.quiet());
afterAll(() => ws.dispose());

const previews = ({ artifacts }: { artifacts: Record<string, { preview: string }> }) =>
  Object.fromEntries(Object.entries(artifacts).map(([name, { preview }]) => [name, preview]));

test('env and timeout, one by one or together', async () => {
  const spin = ['spin', 'opted', 'each', '--json'];
  const env = { WORK: 'hard' };
  const untimed = await ws.ok([...spin, '--without=timeout'], { env });
  expect(previews(untimed.json)).toEqual({ color: '"own"', frozen: 'true' });
  expect(untimed.stderr).toContain('! retry not applied');
  const both = await ws.ok([...spin, '--without=timeout,env', '--without=share,retry'], { env });
  expect(previews(both.json)).toEqual({ color: '"none"', frozen: 'false' });
  expect(both.stderr).not.toContain('not applied');
  const timed = await ws.nxFlow(spin, { env });
  expect([timed.code, timed.json]).toMatchObject([1, { error: { code: 'FLOW_TIMEOUT' } }]);
});

test('what is left out can be given in another way', async () => {
  const { json } = await ws.ok(['spin', 'opted', 'each', '--without=env', '--with=env:PAINT=red', '--json']);
  expect(previews(json).color).toBe('"red"');
});

test('the workers of --all leave it out, too', async () => {
  const { json } = await ws.ok([
    'spin',
    'opted',
    'each',
    '--all',
    '--max-workers=1',
    '--without=env,timeout',
    '--json',
  ]);
  expect(json.splits.map(previews).map(({ color }: { color?: string }) => color)).toEqual([
    '"none"',
    '"none"',
  ]);
});

test.each([
  ['tiemout', '--without=tiemout: no step has such an option'],
  ['timeout,', '--without=: no step has such an option'],
  ['over', '--without=over: that option cannot be left out'],
  ['secrets', '--without=secrets: what is secret stays secret'],
])('--without=%s is refused, with those that there are', async (given, why) => {
  const { code, stderr } = await ws.nxFlow(['spin', 'opted', 'each', `--without=${given}`]);
  expect([code, stderr]).toEqual([
    2,
    `FLOW_WITHOUT  ${why}. There are: env, drop, packages, isolate, resources, queue, retry, concurrency, rate, timeout, catch, cache, share.\n`,
  ]);
});

test('without --index, the first split that has the inputs is spun: the line says which, and why', async () => {
  ws.flow(
    'arms',
    `const start = f.start(() => ({ items: ['a', 'a', 'b', 'b'] }));
     const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => ({ kind: input as 'a' | 'b' }));
     const pick = f.switch('pick', { after: each, on: 'kind', cases: ['a', 'b'] }, ({ self }) => ({ kind: self.kind }));
     const a = f.step('a', { after: pick.when('a') }, () => ({ x: 1 }));
     const b = f.step('b', { after: pick.when('b') }, ({ index }) => ({ x: index }));
     export default f.end(f.join('all', { after: oneOf(a, b) }, () => ({})));`,
  );
  await ws.ok(['run', 'arms', '--max-workers=1']);
  const { stdout } = await ws.ok(['spin', 'arms', 'b']);
  expect(stdout).toMatch(/^spin arms\/b {2}inputs of arms\/1\/b\/\d+, index 2 of 4 splits\n/);
  expect(stdout).toContain('\n! split 2 is the first that has inputs: pick chose "a", not "b"\n');
  const { json } = await ws.ok(['spin', 'arms', 'b', '--json']);
  expect(json).toMatchObject({ index: [2], artifacts: { x: { preview: '2', change: 'same' } } });
  expect((await ws.ok(['spin', 'arms', 'a'])).stdout).not.toContain('the first');
});
