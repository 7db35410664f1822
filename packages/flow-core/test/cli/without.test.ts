/** `spin --without`: options of the step are left out, in this process and in workers. */
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(async () => {
  ws = new Workspace().shareProcess();
  ws.flow(
    'opted',
    `const start = f.start(() => ({ items: [0, 1], slow: false }));
     const each = f.foreach('each', { after: start, over: 'items', share: ['items'], timeout: '30ms', retry: 2, env: { PAINT: 'own' } }, async ({ self }) => {
       if (process.env.WORK) await new Promise((done) => setTimeout(done, 60));
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
  const timed = await ws.nxFlow(spin, { env });
  expect([timed.code, timed.json]).toMatchObject([1, { error: { code: 'FLOW_TIMEOUT' } }]);
  const untimed = await ws.ok([...spin, '--without=timeout'], { env });
  expect(previews(untimed.json)).toEqual({ color: '"own"', frozen: 'true' });
  expect(untimed.stderr).toContain('! retry not applied');
  const both = await ws.ok([...spin, '--without=timeout,env', '--without=share,retry'], { env });
  expect(previews(both.json)).toEqual({ color: '"none"', frozen: 'false' });
  expect(both.stderr).not.toContain('not applied');
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
    '--without=env',
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
    `FLOW_WITHOUT  ${why}. There are: env, drop, packages, isolate, resources, retry, concurrency, rate, timeout, catch, share.\n`,
  ]);
});
