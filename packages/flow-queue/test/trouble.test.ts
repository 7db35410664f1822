/** The commands over a queue as things go wrong, and as they end early: secrets, errors, Ctrl-C, saves under a watch, a place of large values that is away. */
import { mkdirSync, renameSync } from 'node:fs';
import { type Started, until, Workspace } from '../../flow-core/test/kit/workspace';
import { Watched } from '../../flow-core/test/session/watch/watched';
import { redisProgram, startRedis, type TestServer } from './kit/servers';

const here = new Workspace().shareProcess();
const there = new Workspace();
const it = redisProgram ? test : test.skip;
let server: TestServer;
let env: Record<string, string>;
let worker: Started | undefined;
let watched: Watched | undefined;

const flow = (ws: Workspace, name: string, body: string) =>
  ws.write(
    `${name}.flow.ts`,
    `import { flow } from '@nx-flow/core';\nimport { hear, tell } from './signals';\nvoid [hear, tell];\nconst f = flow('${name}');\n${body}\n`,
  );
const both = (name: string, body: string) => {
  for (const ws of [here, there]) flow(ws, name, body);
};

beforeAll(async () => {
  if (!redisProgram) return;
  // The same code, and one folder of signals.
  there.write('signals.ts', here.read('signals.ts'));
  server = await startRedis();
  env = { NX_FLOW_QUEUE: await server.fresh() };
});
afterEach(async () => {
  await watched?.end('SIGKILL');
  watched = undefined;
  worker?.child.kill('SIGKILL');
  await worker?.done;
  worker = undefined;
});
afterAll(async () => {
  await Promise.all([here.dispose(), there.dispose()]);
  await server?.close();
});

async function begin(more: Record<string, string> = {}): Promise<Started> {
  worker = there.start(['worker', '--queues=gpu'], { env: { ...env, ...more } });
  await worker.printed(' serves ');
  return worker;
}

it('secrets are those of the worker alone: a run and a spin begin without them here', async () => {
  both(
    'asks',
    `const start = f.start(() => ({ n: 1 }));
const ask = f.step('ask', { after: start, queue: 'gpu', secrets: ['TOKEN'] }, ({ self, log }) => {
  log('with ' + process.env.TOKEN);
  return { length: process.env.TOKEN?.length, n: self.n };
});
export default f.end(f.step('last', { after: ask }, ({ self }) => ({ more: self.n + 1 })));`,
  );
  const without = await begin();
  const refused = await here.nxFlow(['run', 'asks', '--json'], { env });
  expect(refused.json.error.code).toBe('FLOW_SECRET');
  expect(refused.json.error.message).toMatch(
    /\. \S+: The step ask needs the secret TOKEN, which the worker has not in its environment\.$/,
  );
  without.child.kill('SIGKILL');
  await without.done;
  await begin({ TOKEN: 'token-of-the-worker' });
  await here.ok(['run', 'asks', '--json'], { env });
  expect((await here.ok(['logs', 'asks/2/ask'])).stdout).toMatch(/with \*+/);
  expect((await here.ok(['dump', 'asks/2/last', '--json'])).json.artifacts.length).toBe(19);
  const spun = await here.ok(['spin', 'asks', 'ask', '--on=gpu'], { env });
  expect(spun.stdout).toMatch(/with \*+[\s\S]*length .* same /);
  expect((await here.nxFlow(['spin', 'asks', 'ask', '--json'])).json.error.code).toBe('FLOW_SECRET');
});

it('what fails there fails as it does here; what is left out of a step is left out there', async () => {
  both(
    'fails',
    `const start = f.start(() => ({ n: 1 }));
const fail = f.step('fail', { after: start, env: { MODE: 'hard' } }, ({ self, log }) => {
  log('mode ' + process.env.MODE);
  if (self.n > 0) throw Object.assign(new RangeError('n is ' + self.n), { n: self.n });
  return { n: 2 };
});
export default f.end(fail);`,
  );
  await begin();
  await here.nxFlow(['run', 'fails', '--json']);
  const errors: unknown[] = [];
  for (const on of [[], ['--on=gpu']]) {
    const { code, json } = await here.nxFlow(['spin', 'fails', 'fail', ...on, '--json'], { env });
    const { durationMs, ...rest } = json;
    const { stdout, stderr } = await here.nxFlow(['spin', 'fails', 'fail', ...on], { env });
    const text = (stdout + stderr).replace(/ after .*/, '');
    expect(text).toMatch(/mode hard[\s\S]*at \(fails\.flow\.ts:8:\d+\)/);
    errors.push([code, rest, text]);
  }
  expect(errors[1]).toEqual(errors[0]);
  const { stdout } = await here.nxFlow(['spin', 'fails', 'fail', '--on=gpu', '--without=env'], { env });
  expect(stdout).toContain('mode undefined');
});

it('Ctrl-C ends the task on the worker, and a spin on a queue that nobody serves', async () => {
  both(
    'waits',
    `const start = f.start(() => ({}));
const wait = f.step('wait', { after: start, queue: 'local' }, async () => {
  tell('pid', String(process.pid));
  tell('at');
  await hear('never');
});
export default f.end(wait);`,
  );
  await here.ok(['run', 'waits', '--until=start', '--json']);
  await begin();
  const spin = here.start(['spin', 'waits', 'wait', '--on=gpu'], { env });
  const pid = await toldAt('at');
  spin.child.kill('SIGINT');
  expect(await spin.done).toMatchObject({ code: 130 });
  expect(isAlive(pid)).toBe(false);
  here.silence();
  // Its step says that it stays.
  const stays = here.start(['spin', 'waits', 'wait', '--on=queue'], { env });
  await here.hear('at');
  stays.child.kill('SIGINT');
  await stays.done;
});

it('each save spins again there; what the worker has not got is told, and a newer save and Ctrl-C end the task', async () => {
  const body = (more: string) => `const start = f.start(() => ({ n: 1 }));
const live = f.step('live', { after: start }, async ({ self }) => {
  ${more}
});
export default f.end(live);`;
  both('live', body('return { m: self.n };'));
  await here.ok(['run', 'live', '--json']);
  await begin();
  watched = new Watched(here, ['live', 'live', '--on=gpu'], { env });
  expect(await watched.spun()).toMatchObject({ n: 1, status: 'done', artifacts: { m: { change: 'same' } } });
  flow(here, 'live', body('return { m: self.n + 1 };'));
  const other = await watched.spun();
  expect(other).toMatchObject({ n: 2, status: 'failed', error: { code: 'FLOW_WORKER_CODE' } });
  expect(other.error?.message).toContain('its code differs: ');
  both('live', body("tell('pid', String(process.pid)); tell('live'); await hear('never');"));
  const pid = await toldAt('live');
  both('live', body('return { m: self.n + 2 };'));
  expect(await watched.spun()).toMatchObject({ status: 'done', artifacts: { m: { preview: '3' } } });
  expect(isAlive(pid)).toBe(false);
  here.silence();
  both('live', body("tell('pid', String(process.pid)); tell('live'); await hear('ever');"));
  const last = await toldAt('live');
  expect(await watched.end()).toBe(130);
  await until(() => !isAlive(last), 'the end of the task');
});

it('while the place of large values is away, the run waits with one line; it goes on by itself, or is resumed', async () => {
  both(
    'large',
    `const start = f.start(() => ({ n: 1 }));
const make = f.step('make', { after: start, queue: 'gpu' }, async ({ self }) => {
  tell('making');
  await hear('go');
  return { bytes: Buffer.alloc(100_000, self.n) };
});
const read = f.step('read', { after: make, queue: 'gpu' }, ({ self }) => ({ length: self.bytes.length }));
export default f.end(f.step('last', { after: read }, () => ({})));`,
  );
  const shared = here.path('shared');
  mkdirSync(shared);
  const away = () => renameSync(shared, `${shared}-away`);
  const back = () => renameSync(`${shared}-away`, shared);
  const withBlobs = { env: { ...env, NX_FLOW_BLOBS: `file:${shared}` } };
  await begin(withBlobs.env);
  const run = here.start(['run', 'large'], withBlobs);
  await here.hear('making');
  away();
  here.tell('go');
  await run.printed('the run waits: ');
  back();
  const { code, stdout, stderr } = await run.done;
  expect([code, (stdout + stderr).match(/the run waits: |can be reached again/g)]).toEqual([
    0,
    ['the run waits: ', 'can be reached again'],
  ]);
  expect((await here.ok(['dump', 'large/1/read', '--json'])).json.artifacts.length).toBe(100_000);

  here.silence();
  const second = here.start(['run', 'large', '--queue-timeout=1s', '--json'], withBlobs);
  await here.hear('making');
  away();
  here.tell('go');
  const gaveUp = await second.done;
  expect(gaveUp).toMatchObject({ code: 1, json: { status: 'failed', error: { code: 'FLOW_BLOBS_AWAY' } } });
  expect(gaveUp.json.error.message).toMatch(
    /^The run has waited for .* for large values of \S+\. The folder of large values .* Then resume the run\.$/,
  );
  back();
  const resumed = await here.ok(['resume', 'large', '--json'], withBlobs);
  expect(resumed.json).toMatchObject({ status: 'done', tasks: { taken: 1 } });
});

/** The process of the step that has told this. */
async function toldAt(signal: string): Promise<number> {
  await here.hear(signal);
  return Number(here.read('signals/pid'));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
