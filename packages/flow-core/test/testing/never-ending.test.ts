/**
 * Steps that never end, under real test runners: a Runner lets everything go when it is disposed of, and tells of a step that
 * nothing can wake. One process for each test runner.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { until, Workspace } from '../kit/workspace';

const JEST = resolve(__dirname, '../../../../node_modules/jest/bin/jest.js');
const ws = new Workspace();
ws.write('tmp/this-is-the-temporary-folder', '');
afterAll(() => ws.dispose());

const HEAD = `const { flow } = require('@nx-flow/core');
const { Runner } = require('@nx-flow/core/testing');
const f = flow('never');
const start = f.start(async () => { console.log('by the step'); await new Promise(() => {}); return {}; });
const never = f.end(start);
const g = flow('ends');
const begin = g.start(() => ({ a: 1 }));
const ends = g.end(begin);
`;

/** A group of its own: one of the steps sends a signal to its whole group. */
function node(...args: string[]) {
  const { JEST_WORKER_ID: _, FORCE_COLOR: __, NODE_TEST_CONTEXT: ___, ...env } = process.env;
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
    const options = {
      cwd: ws.folder,
      env: { ...env, TMPDIR: ws.path('tmp'), NO_COLOR: '1', CI: '1', NX_FLOW_TEST_WORKSPACE: ws.folder },
      timeout: 60_000,
      killSignal: 'SIGKILL',
      detached: true,
    } as const;
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      done({ code: error ? (error.killed ? 'it did not end' : error.code) : 0, stdout, stderr }),
    );
  });
}

test('under jest the failures of other tests are told, the test prints as ever, and dispose() ends the step', async () => {
  ws.write(
    'never.test.js',
    `${HEAD}
const runner = new Runner(never);
const other = new Runner(ends);
const said = [];
let spin, queued;
test('plain failure', () => expect(1).toBe(2));
test('never', async () => {
  spin = runner.spin(start).catch((error) => said.push('spin ' + error.code));
  queued = runner.run().catch((error) => said.push('queued ' + error.message));
  await new Promise((turn) => setTimeout(turn, 50));
  console.log('by the test');
  process.stderr.write('raw, by the test\\n');
  await spin;
}, 300);
test('disposed of', async () => {
  await runner.dispose();
  await Promise.all([spin, queued]);
  const next = await other.spin(begin);
  await other.dispose();
  expect([...said, next.artifacts.a]).toEqual([]);
});
`,
  );
  const { code, stdout, stderr } = await node(
    JEST,
    '--rootDir',
    ws.folder,
    '--testMatch',
    '**/never.test.js',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('Expected: 2\n    Received: 1');
  expect(stderr).toContain('Exceeded timeout of 300 ms');
  expect(stdout).toMatch(/by the test\n\n +at .*never\.test\.js:19:/);
  expect(stderr).toContain('raw, by the test\n');
  expect(stdout + stderr).not.toContain('by the step\n');
  expect(stderr).toContain('"queued The run had not ended when its runner was disposed of."');
  expect(stderr).toContain('"spin FLOW_DISPOSED"');
  expect(stderr).toMatch(/\+ +1,\n/);
  expect(stderr).not.toContain('did not exit');
});

/** Each tells its process id, and would stay for ever. */
const STAYING: Record<string, string> = {
  'is deaf to SIGTERM and never yields': `
    const start = f.start((): object => { process.on('SIGTERM', () => {}); tell('PID', String(process.pid)); for (;;); });
    export default f.end(start);`,
  'was stopped': `
    const start = f.start(async () => { tell('PID', String(process.pid)); process.kill(process.pid, 'SIGSTOP'); await new Promise((done) => setTimeout(done, 1e8)); return {}; });
    export default f.end(start);`,
  'imports for ever': `
    tell('PID', String(process.pid));
    for (;;);
    export default f.end(f.start(() => ({})));`,
  'blocks in a call': `
    import { execFileSync } from 'node:child_process';
    const start = f.start(() => { execFileSync('sh', ['-c', 'echo $$ > ' + ${JSON.stringify('@PID@')} + '; exec sleep 1000']); return {}; });
    export default f.end(start);`,
  'has a worker': `
    const start = f.start(async () => { tell('PID', String(process.pid)); await new Promise((done) => setTimeout(done, 1e8)); return {}; });
    export default f.end(start);`,
};

test('under node:test a step that nothing can wake fails, the tests after it go on, and dispose() ends any child', async () => {
  const names = Object.entries(STAYING).map(([what, body], i) => {
    const pid = ws.path('signals', `pid${i}`);
    ws.flow(`stays${i}`, body.replace("'PID'", `'pid${i}'`).replace('@PID@', pid));
    return { what, file: ws.path(`stays${i}.flow.ts`), pid, how: what === 'has a worker' ? 'run' : 'spin' };
  });
  ws.tell('ready');
  ws.flow(
    'never',
    `const start = f.start(() => ({ a: 1 }));
     const next = f.step('next', { after: start }, async ({ self }) => { console.log(self.a); await new Promise(() => {}); });
     export default f.end(next);`,
  );
  ws.flow(
    'ends',
    `const start = f.start((): object => {
       process.kill(process.pid, 'SIGKILL');
     });
     const group = f.step('group', { after: start }, (): object => { process.kill(0, 'SIGTERM'); });
     export default f.end(group);`,
  );
  ws.write(
    'never.test.cjs',
    `const { test } = require('node:test');
const assert = require('node:assert');
const { existsSync, readFileSync } = require('node:fs');
${HEAD}
const codeOf = ({ status, error }) => status + ' ' + error?.code;
test('spin here', async () => {
  const spun = await new Runner(never).spin(start);
  assert.deepEqual([codeOf(spun), spun.stdout], ['failed FLOW_STEP_STUCK', 'by the step\\n']);
});
test('run here', async () => assert.equal(codeOf(await new Runner(never).run()), 'failed FLOW_STEP_STUCK'));
test('spin and run by file', async () => {
  const runner = new Runner('never.flow.ts');
  const given = await runner.spin('next', { artifacts: { a: 2 } });
  assert.deepEqual([codeOf(given), given.stdout], ['failed FLOW_STEP_STUCK', '2\\n']);
  assert.equal(codeOf(await runner.run()), 'failed FLOW_STEP_STUCK');
  const recorded = await runner.spin('next', { persist: true });
  assert.deepEqual([codeOf(recorded), recorded.stdout], ['failed FLOW_STEP_STUCK', '1\\n']);
  await runner.dispose();
});
test('an end by a call is told with its line, and never reaches the tests', async () => {
  const runner = new Runner('ends.flow.ts');
  const killed = await runner.spin('start');
  assert.equal(codeOf(killed), 'failed FLOW_WORKER_DIED');
  assert.match(killed.error.stack, /\\n +at .*ends\\.flow\\.ts:8:16/);
  const group = await runner.spin('group', { artifacts: {} });
  assert.equal(codeOf(group), 'failed FLOW_STEP_EXITED');
  assert.match(group.error.stack, /^FlowError: The step called process.kill\\(0, 'SIGTERM'\\)\\. Throw an error to fail, return to end\\.\\n +at .*ends\\.flow\\.ts:10:/);
  await runner.dispose();
});
test('disposed of', async () => {
  const ends = await Promise.all(${JSON.stringify(names)}.map(async ({ what, file, pid, how }) => {
    const runner = new Runner(file);
    const call = (how === 'run' ? runner.run() : runner.spin('start')).then(codeOf, (error) => error.code);
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await new Promise((turn) => setTimeout(turn, 10));
    await runner.dispose();
    return [what, await call];
  }));
  assert.deepEqual(ends, ${JSON.stringify(names.map(({ what }) => [what, 'FLOW_DISPOSED']))});
});
test('after all', () => {});
`,
  );
  const { code, stdout, stderr } = await node('--test-reporter=spec', 'never.test.cjs');
  expect([code, stdout.includes('pass 6\n'), code === 0 ? '' : stdout + stderr]).toEqual([0, true, '']);
  await until(
    () => ws.processes().length === 0,
    () => JSON.stringify(ws.processes()),
    5000,
  );
});
