/** `spin --watch` as a command: what it answers, what it refuses, and that nothing of it stays. */
import { until, Workspace } from '../../kit/workspace';
import { type Line, type Spun, Watched } from '../../session/watch/watched';

const ws = new Workspace();
let watched: Watched | undefined;
const watch = (...args: string[]) => {
  watched = new Watched(ws, args);
  return watched;
};
const flow = (name: string, body: string, more = '') =>
  ws.write(
    `${name}.flow.ts`,
    `import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
import { tell } from './signals';
void [spawn, readFileSync, writeFileSync, tell];
const f = flow('${name}'${more});
const start = f.start(() => ({ rows: [1, 2, 3] }));
const mid = f.step('mid', { after: start }, async ({ self }) => {
  ${body}
});
export default f.end(mid);
`,
  );
/** Its artifact `sum`, and what it says that has changed. */
const told = ({ artifacts, changed }: Spun) => [artifacts.sum?.preview, changed];

beforeAll(async () => {
  flow('live', 'return { sum: self.rows.length };');
  await ws.ok(['run', 'live', '--max-workers=1']);
});
afterEach(async () => {
  await watched?.end('SIGKILL');
  watched = undefined;
  await ws.quiet();
  ws.silence();
  flow('live', 'return { sum: self.rows.length };');
});
afterAll(() => ws.dispose());

test('the first spin, a change in the words of why, a comment, what is broken, a newer run; it ends by Ctrl-C', async () => {
  const live = watch('live', 'mid');
  expect(told(await live.spun())).toEqual(['3', []]);
  expect(live.lines[0]).toEqual({ version: 1, watch: 'ready', step: 'mid' });
  flow('live', 'return { sum: self.rows.length + 1 };');
  const second = await live.spun();
  expect(second).toMatchObject({ n: 2, step: 'mid', origin: 'live/1/mid/2', status: 'done' });
  expect(told(second)).toEqual(['4', ['the function of the step mid changed in live.flow.ts']]);
  expect(second.artifacts.sum).toMatchObject({ type: 'number', change: 'changed' });
  expect(second.latencyMs).toBeGreaterThan(0);

  let from = live.lines.length;
  flow('live', 'return { sum: self.rows.length + 1 }; // the same');
  expect(await live.line(from, () => true)).toMatchObject({
    watch: 'unchanged',
    files: [ws.path('live.flow.ts')],
  });

  from = live.lines.length;
  flow('live', "throw new Error('not today');");
  expect(await live.spun(from)).toMatchObject({ status: 'failed', error: { message: 'not today' } });

  from = live.lines.length;
  ws.removeFile('live.flow.ts');
  const gone = {
    code: 'FLOW_NOT_FOUND',
    message: 'live.flow.ts is not there any more: the watch waits for it.',
  };
  expect(await live.line(from, () => true)).toMatchObject({ watch: 'broken', step: 'mid', error: gone });

  from = live.lines.length;
  flow('live', 'return { sum: 0 };');
  ws.write('live.flow.ts', ws.read('live.flow.ts').replace("flow('live'", "flow('other'"));
  const renamed = {
    code: 'FLOW_NOT_FOUND',
    message: 'live.flow.ts declares "other" now, and no flow "live": the watch waits for it.',
  };
  const isRenamed = (line: Line) => line.watch === 'broken' && line.error.message === renamed.message;
  expect(await live.line(from, isRenamed)).toMatchObject({ error: renamed });

  from = live.lines.length;
  flow('live', 'return { sum: self.rows.length + 2 };');
  expect(told(await live.spun(from))[0]).toBe('5');

  // Nobody could ask for it by a key: it is taken, as a spin of its own would.
  await ws.ok(['run', 'live', '--max-workers=1']);
  flow('live', 'return { sum: self.rows.length + 3 };');
  expect(await live.spun()).toMatchObject({ origin: 'live/2/mid/2' });
  expect(await live.end()).toBe(130);
});

test('a flow that cannot be parsed at first is waited for', async () => {
  flow('live', 'return {');
  const live = watch('live', 'mid');
  expect(await live.line(0, () => true)).toMatchObject({ watch: 'broken', error: { code: 'FLOW_SYNTAX' } });
  flow('live', 'return { sum: 7 };');
  expect(told(await live.spun())).toEqual(['7', ['live.flow.ts was saved']]);
});

test('a step that ends its process, is killed, or waits for what never comes, is an answer; the next save has its own', async () => {
  const live = watch('live', 'mid');
  await live.spun();
  flow('live', "spawn('sh', ['-c', 'kill -9 ' + process.pid]); for (;;) {}");
  expect(await live.spun()).toMatchObject({ status: 'failed', error: { code: 'FLOW_WORKER_DIED' } });
  // Nothing but the watch could wake its process.
  flow('live', 'await new Promise(() => {});');
  expect(await live.spun()).toMatchObject({ status: 'failed', error: { code: 'FLOW_STEP_STUCK' } });
  flow('live', 'return { sum: 1 };');
  expect(told(await live.spun())[0]).toBe('1');
});

test('a save ends the step that is executed, and what that has started', async () => {
  const live = watch('live', 'mid');
  await live.spun();
  flow(
    'live',
    "spawn('sleep', ['61']); spawn('sleep', ['62'], { detached: true }); tell('at', ''); for (;;) {}",
  );
  await ws.hear('at');
  const from = live.lines.length;
  flow('live', 'return { sum: 2 };');
  expect(told(await live.spun(from))[0]).toBe('2');
  expect(live.lines.slice(from)).toHaveLength(1);
  await live.end();
});

test.each(['SIGKILL', 'SIGHUP', 'SIGTERM'] as const)(
  'nothing stays after %s, while a step is in a loop',
  async (signal) => {
    flow('live', "spawn('sleep', ['63']); tell('at', ''); for (;;) {}");
    const live = watch('live', 'mid');
    await ws.hear('at');
    expect(await live.end(signal)).toBe({ SIGKILL: null, SIGHUP: 129, SIGTERM: 143 }[signal]);
    await ws.quiet();
  },
);

test('nothing stays after Ctrl-C while its first process is being started', async () => {
  const live = watch('live', 'mid');
  const begun = () => ws.processes().some(({ command }) => command.includes('watch-child.js'));
  await until(begun, 'the first process');
  await live.end();
  await ws.quiet();
});

test('a declared file that the step itself writes does not spin it for ever', async () => {
  flow(
    'own',
    "writeFileSync('data/count', String(Number(readFileSync('data/count', 'utf8')) + 1)); return { sum: 1 };",
    ", { inputs: ['data/**'] }",
  );
  ws.write('data/count', '0');
  await ws.ok(['run', 'own', '--max-workers=1']);
  const own = watch('own', 'mid');
  const told = 'Each spin writes data/count: what changes there while a spin is executed is ignored.';
  await own.started.printed(told);
  const from = own.lines.length;
  ws.write('data/other', 'new');
  const other = 'the file data/other is new';
  await own.line(from, (line) => line.watch === 'spun' && line.changed.includes(other), other);
});

test('a run that no save can make is refused, as without --watch', async () => {
  const refused = await ws.nxFlow(['spin', 'live', 'mid', '--watch', '--origin=99', '--json']);
  expect(refused.code).toBe(2);
  expect(refused.stdout).toContain('"error":{"code":"FLOW_RUN_NOT_FOUND"');
});

test('a watch that has no run to spin on takes the first one that ends', async () => {
  flow('first', 'return { sum: self.rows.length };');
  const live = watch('first', 'mid');
  expect(await live.line(0, ({ watch }) => watch === 'broken')).toMatchObject({
    error: { code: 'FLOW_NO_INPUTS' },
  });
  await ws.ok(['run', 'first', '--max-workers=1']);
  expect(await live.spun()).toMatchObject({ n: 1, origin: 'first/1/mid/2' });
});

test.each([
  [
    '--iteration=all',
    '--watch goes without --iteration=all: it spins one iteration at each save. Give its number.',
  ],
  [
    '--all',
    '--watch goes without --all: it spins one split at each save. On a terminal, the key a spins all of them once.',
  ],
  [
    '--persist',
    '--watch goes without --persist: it spins at each save, and stores none of them. On a terminal, the key p persists one.',
  ],
  ['--max-workers=2', '--watch goes without --max-workers: it spins one split at each save.'],
])('%s is refused', async (option, message) => {
  const refused = await ws.nxFlow(['spin', 'live', 'mid', '--watch', option, '--json']);
  expect(refused).toMatchObject({ code: 2, json: { error: { code: 'FLOW_USAGE', message } } });
});
