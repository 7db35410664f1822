import { execFileSync } from 'node:child_process';
import { Runner } from '../../src/testing';
import { makePackages, npmHome, OFFLINE } from '../kit/packages';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace();
  makePackages(ws);
  Object.assign(process.env, npmHome(ws), OFFLINE);
  for (const [extension, head, exported] of [
    ['ts', `import { flow } from '@nx-flow/core'; import { version } from 'dup';`, 'export default'],
    [
      'cjs',
      `const { flow } = require('@nx-flow/core'); const { version } = require('dup');`,
      'module.exports =',
    ],
  ]) {
    ws.write(
      `two.flow.${extension}`,
      `${head}
const f = flow('two');
const inside = async () => [require('dup').version, (await import('@acme/modern')).version].join(' ');
const start = f.start(async () => ({ start: version, inside: await inside() }));
const set = (v) => ({ dup: 'file:vendor/dup-' + v + '.tgz', '@acme/modern': 'file:vendor/acme-modern-' + v + '.tgz' });
const one = f.step('one', { after: start, packages: set('1.0.0') }, async () => ({ one: version, inside: await inside() }));
const two = f.step('two', { after: one, packages: set('2.0.0') }, async ({ self }) => ({ two: version, inside: [self.inside, await inside()].join(', ') }));
${exported} f.end(two);
`,
    );
  }
});
afterAll(async () => {
  for (const name of Object.keys({ ...npmHome(ws), ...OFFLINE })) delete process.env[name];
  await ws.dispose();
});

test('a Runner of a file gives each step its own packages, in a run and in a spin', async () => {
  const runner = new Runner(ws.path('two.flow.ts'));
  try {
    const ran = await runner.run();
    expect([ran.status, ran.error]).toEqual(['done', undefined]);
    const seen = { start: '0.0.0', one: '1.0.0', two: '2.0.0', inside: '1.0.0 1.0.0, 2.0.0 2.0.0' };
    const artifacts = ran.run.artifacts as Record<string, Promise<unknown>>;
    for (const [name, value] of Object.entries(seen))
      expect([name, await artifacts[name]]).toEqual([name, value]);
    const spun = await runner.spin('two', { from: ran, artifacts: { inside: 'given' } });
    expect(spun.artifacts).toEqual({ two: '2.0.0', inside: 'given, 2.0.0 2.0.0' });
    const alone = await runner.spin('one', { artifacts: {} });
    expect(alone.artifacts).toEqual({ one: '1.0.0', inside: '1.0.0 1.0.0' });
  } finally {
    await runner.dispose();
  }
});

test('a Runner in this process gives what a step imports inside; above it was imported before', () => {
  const script = ws.write(
    'script.cjs',
    `const { Runner } = require('@nx-flow/core/testing');
const runner = new Runner(require('./two.flow.cjs'));
(async () => {
  const ran = await runner.run();
  const spun = await runner.spin('one', { from: ran });
  const start = await runner.spin('start');
  console.log(JSON.stringify([ran.status, await ran.run.artifacts.inside, spun.artifacts, start.artifacts]));
  await runner.dispose();
})();`,
  );
  const printed = execFileSync(process.execPath, [script], { cwd: ws.folder, encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual([
    'done',
    '1.0.0 1.0.0, 2.0.0 2.0.0',
    { one: '0.0.0', inside: '1.0.0 1.0.0' },
    { start: '0.0.0', inside: '0.0.0 0.0.0' },
  ]);
});

test('under a test runner that loads modules itself, a Runner in this process says what to do instead', async () => {
  const { flow } = await import('../../src');
  const f = flow('here');
  const start = f.start(() => ({ a: 1 }));
  const runner = new Runner(f.end(f.step('own', { after: start, packages: { dup: '1' } }, () => ({ b: 2 }))));
  const refused = {
    code: 'FLOW_PACKAGES',
    message:
      "\"own\" has packages of its own, which a test runner that loads modules itself cannot give it: give the Runner the flow's file, new Runner('packages.test.ts').",
  };
  await expect(runner.spin('own', { artifacts: { a: 1 } })).rejects.toMatchObject(refused);
  await expect(runner.run()).rejects.toMatchObject(refused);
  expect((await runner.spin(start)).artifacts).toEqual({ a: 1 });
});
