/**
 * Steps that misbehave in their process: each fails or not, as it would by itself; the next task finds what the first one
 * found; a run and a spin agree.
 */
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

/** A body, and the message of its failure; none means that it is done. */
const ODD: Record<string, [body: string, fails?: RegExp]> = {
  'messages to the parent': [`process.send({ type: 'log' }); process.send(null); process.send(3n);`],
  'an outcome of its own making': [
    `process.send({ type: 'outcome', outcome: { startedAt: 1, durationMs: 1, status: 'done', result: {} } });
     process.emit('message', { type: 'outcome', outcome: null }); process.emit('message', null);`,
  ],
  'a disconnect': [`process.disconnect(); await new Promise((go) => setTimeout(go, 5));`],
  'no listeners any more': [`process.removeAllListeners();`],
  'other handlers of what nothing catches': [
    `process.removeAllListeners('uncaughtException'); process.removeAllListeners('unhandledRejection');
     process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
     Promise.reject(new RangeError('mine')); await new Promise((go) => setTimeout(go, 5));`,
    /^mine$/,
  ],
  'faked timers': [
    `Object.assign(globalThis, { setTimeout: () => 0, setImmediate: () => 0, queueMicrotask: () => {}, clearTimeout: () => {} });
     process.nextTick = () => {}; performance.now = () => 0; globalThis.Date = class {}; process.hrtime = () => [0, 0];`,
  ],
  'patched arrays': [`Array.prototype.push = Array.prototype.map = () => { throw new Error('patched'); };`],
  'a broken iterator': [`Array.prototype[Symbol.iterator] = () => { throw new Error('patched'); };`],
  'patched promises': [
    `Promise.race = Promise.all = () => { throw 1; }; Promise.prototype.then = () => { throw new Error('no then'); };`,
  ],
  'additions to prototypes': [`Object.prototype.evil = 1; Array.prototype.last = () => 1;`],
  'other ways to write': [
    `JSON.stringify = () => '{}'; console.log = () => {}; Buffer.from = () => { throw 1; }; Object.entries = () => [];`,
  ],
  'another console and stdout': [
    `process.stdout.write = () => true; process.stderr.write = () => { throw 1; };`,
  ],
  'ends of streams': [
    `process.stdout.end('bye\\n'); process.stdout.destroy(); process.stderr.end(); process.stdout.cork();`,
  ],
  'another environment': [`process.env = { ONLY: 'this' }; process.exitCode = 7;`],
  'an environment without a variable': [`delete process.env.PATH; process.env.HOME = '/nowhere';`],
  'another umask and folder': [`process.umask(0o777); process.chdir('/');`],
  'a folder that is gone': [
    `const gone = mkdtempSync(join(tmpdir(), 'nx-flow-test-gone-')); process.chdir(gone); rmdirSync(gone);`,
  ],
  'an exit handler that says all is well': [
    `process.on('exit', () => { process.exitCode = 0; process.reallyExit(0); });`,
  ],
  'a late exit': [`setTimeout(() => process.exit(0), 2);`],
  'a late throw': [`setTimeout(() => { throw Object.create(null); }, 1);`],
  'an object without a prototype': [
    `throw Object.assign(Object.create(null), { code: 3n });`,
    /^a value that is no Error was thrown: \[Object: null prototype\] \{ code: 3n \}$/,
  ],
  'a Proxy that refuses everything': [
    `const no = () => { throw 1; };
     throw new Proxy(new Error('in it'), { get: no, has: no, getPrototypeOf: no, ownKeys: no });`,
    /^a value that is no Error was thrown: Error: in it$/,
  ],
  'a cause that cannot be described': [
    `throw new Error('outer', { cause: Object.assign(Object.create(null), { self: 3n }) });`,
    /^outer$/,
  ],
  'errors within errors': [
    `let e = new Error('x'); for (let i = 0; i < 12; i++) e = new AggregateError(Array(20).fill(e), 'level ' + i); throw e;`,
    /^level 11$/,
  ],
  'a rejection with nothing': [
    `Promise.reject(null); await new Promise((go) => setTimeout(go, 5));`,
    /^a value that is no Error was thrown: null$/,
  ],
  'a throw of nothing in a timer': [
    `setTimeout(() => { throw undefined; }, 1); await new Promise((go) => setTimeout(go, 20));`,
    /^a value that is no Error was thrown: undefined$/,
  ],
};
const NAMES = Object.keys(ODD);

const flow = () =>
  ws.write(
    'odd.flow.ts',
    `import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow } from '@nx-flow/core';
const odd: Record<string, () => Promise<void>> = {
${NAMES.map((name) => `  ${JSON.stringify(name)}: async () => { ${ODD[name]?.[0]} },`).join('\n')}
};
/** What every task finds. */
const look = () => ({
  added: [Object.keys(Object.prototype), Object.keys(Array.prototype)],
  env: [Object.keys(process.env).length, process.env.ONLY, process.env.HOME],
  umask: process.umask(), cwd: process.cwd(), exitCode: process.exitCode,
  works: [[1].map((n) => n + 1), JSON.stringify([...[1]]), new Date(0).getTime(), typeof setTimeout(() => {}, 0)],
  handlers: ['uncaughtException', 'unhandledRejection', 'exit'].map((name) => process.listenerCount(name)),
});
const f = flow('odd');
export const start = f.start(() => ({ before: look(), names: ${JSON.stringify(NAMES.flatMap((name) => [name, '']))} }));
export const each = f.foreach('each', { after: start, over: 'names', catch: 'why' }, async ({ input }) => {
  if (input === '') return { found: look() };
  await odd[input]();
  return { did: input };
});
export const all = f.join('all', { after: each }, ({ inputs }) => ({
  told: inputs.map((one) => one.why?.message ?? one.did ?? one.found),
  before: inputs[0].before,
}));
export default f.end(all);
`,
  );

test('the next task of the same worker finds what the first one found, whatever was done before it', async () => {
  flow();
  const { json } = await ws.ok(['run', 'odd', '--max-workers=1', '--json']);
  const { told, before } = (await ws.ok(['dump', 'odd/1/all', '--json'])).json.artifacts;
  expect(json).toMatchObject({ status: 'done' });
  NAMES.forEach((name, i) => {
    const [, fails] = ODD[name] as [string, RegExp?];
    expect([name, told[2 * i]]).toEqual([name, fails ? expect.stringMatching(fails) : name]);
    expect([`after ${name}`, told[2 * i + 1]]).toEqual([`after ${name}`, before]);
  });
});

test('a spin of each ends as its task did in the run, in a process that goes on', async () => {
  for (const [i, name] of NAMES.entries()) {
    const [, fails] = ODD[name] as [string, RegExp?];
    const { code, json } = await ws.nxFlow(['spin', 'odd', 'each', `--index=${2 * i}`, '--json']);
    expect([name, code, json.error?.message]).toEqual([
      name,
      fails ? 1 : 0,
      fails ? expect.stringMatching(fails) : undefined,
    ]);
  }
});

test.each([
  ['process.exit(0)', 'process.exit(0)'],
  ['process.reallyExit(0)', 'process.exit(0)'],
  ['process.abort()', 'process.abort()'],
  ["process.kill(process.pid, 'SIGKILL')", "process.kill(process.pid, 'SIGKILL')"],
  ["process.kill(0, 'SIGTERM')", "process.kill(0, 'SIGTERM')"],
])('a step that calls %s fails, and the command says so', async (call, said) => {
  ws.write(
    'leaves.flow.ts',
    `import { flow } from '@nx-flow/core';
const f = flow('leaves');
export default f.end(f.start(() => { ${call.replace('process.reallyExit', '(process as any).reallyExit')}; }));
`,
  );
  const spun = await ws.nxFlow(['spin', 'leaves', 'start', '--json']);
  expect([spun.code, spun.json.error.code, spun.json.error.message]).toEqual([
    1,
    'FLOW_STEP_EXITED',
    `The step called ${said}.`,
  ]);
});
