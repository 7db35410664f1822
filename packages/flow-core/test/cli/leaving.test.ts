/** A step that ends its process, at once or after its end: the line of the call is told, once, without the engine's frames. */
import { leftError } from '../../src/engine/contain/left';
import { collectThrownLate, hearThrownLate } from '../../src/session/late';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

ws.flow(
  'leaves',
  `const start = f.start(() => ({ ns: [1, 2, 3, 4] }));
const leave = (code: number): object => {
  process.exit(code);
};
const each = f.foreach('each', { after: start, over: 'ns', catch: 'why' }, ({ input }) => {
  if (input === 2) leave(3);
  if (input === 3) process.kill(process.pid, 'SIGKILL');
  if (input === 4) setTimeout(() => process.abort(), 1);
  return input === 4 ? new Promise<object>((done) => setTimeout(done, 1e6)) : {};
});
const g = globalThis as { begun?: boolean };
const late = f.join('late', { after: each }, () => {
  setInterval(() => { if (g.begun) process.exit(0); }, 2);
});
const behind = f.step('behind', { after: late }, () => {
  setInterval(() => { if (g.begun) throw new Error('still here'); }, 2);
});
const last = f.step('last', { after: behind }, async () => {
  g.begun = true;
  await new Promise((done) => setTimeout(done, 40));
});
export default f.end(last);`,
);

test('an end by a call is told with its line: in a run, in a spin, also when it comes late', async () => {
  const { stdout } = await ws.ok(['run', 'leaves', '--max-workers=1']);
  const late = stdout
    .split('\n')
    .filter((line) => line.includes('went on after its end'))
    .sort()
    .reverse();
  expect(late).toEqual([
    expect.stringMatching(
      /^! late\/\d+ went on after its end: FLOW_STEP_EXITED: The step called process\.exit\(0\) at leaves\.flow\.ts:19:44$/,
    ),
    expect.stringMatching(/^! behind\/\d+ went on after its end: Error: still here$/),
  ]);
  expect(stdout).not.toContain('leftError');
  const shown = async (task: string) => (await ws.ok(['show', `leaves/1/each/${task}`])).stdout;
  expect(await shown('3')).toMatch(
    /FLOW_WORKER_DIED: The worker process exited with code 3 in the middle of the task\.\n(.*\n)*? {2}> {2}9 \| {3}process\.exit\(code\);\n(.*\n)*? {4}at leave \(leaves\.flow\.ts:9:11\)\n {4}at \(leaves\.flow\.ts:12:20\)\n/,
  );
  expect(await shown('4')).toMatch(/was killed by SIGKILL(.*\n)*? {4}at \(leaves\.flow\.ts:13:28\)/);
  expect(await shown('5')).toMatch(/was killed by SIGABRT(.*\n)*? {4}at .*\(leaves\.flow\.ts:14:45\)/);

  const spun = await ws.nxFlow(['spin', 'leaves', 'each', '--index=1']);
  expect(spun.code).toBe(1);
  expect(spun.stdout).toMatch(
    /FLOW_STEP_EXITED: The step called process\.exit\(3\)\. Throw an error to fail, return to end\.\n(.*\n)*? {4}at leave \(leaves\.flow\.ts:9:11\)\n {4}at \(leaves\.flow\.ts:12:20\)\n/,
  );
});

test('what a spun step throws after its end, again and again, is told once', () => {
  const told: unknown[] = [];
  collectThrownLate();
  const left = leftError('process.exit(0)');
  for (const error of [left, left, new Error('late')]) process.emit('uncaughtException', error);
  hearThrownLate((event) => told.push(event));
  for (const error of [left, new Error('late'), new Error('other')]) process.emit('uncaughtException', error);
  expect(told).toEqual(
    [
      expect.stringMatching(
        /^FLOW_STEP_EXITED: The step called process\.exit\(0\) at .*leaving\.test\.ts:\d+:\d+$/,
      ),
      'Error: late',
      'Error: other',
    ].map((message) => ({ type: 'thrown-late', message })),
  );
});

test('an index or an iteration of a step that has none is refused before anything is written, also without a run', async () => {
  ws.flow('hello', 'const start = f.start(() => ({ a: 1 })); export default f.end(start);');
  for (const args of [['--index=3'], ['--index=0'], ['--index=3', '--persist'], ['--iteration=1']]) {
    const { code, stderr } = await ws.nxFlow(['spin', 'hello', 'start', ...args]);
    const of = args[0]?.startsWith('--index') ? 'FLOW_INDEX' : 'FLOW_ITERATION';
    expect([args, code, stderr.split(' ')[0]]).toEqual([args, 2, of]);
  }
  expect((await ws.nxFlow(['runs', 'hello', '--spin'])).stderr).toContain('No spin of hello was persisted');
});
