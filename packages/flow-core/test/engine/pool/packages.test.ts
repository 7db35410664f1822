import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fakeNpm, makePackages, npmHome, OFFLINE, unpackDup } from '../../kit/packages';
import { type RunOptions, until, Workspace } from '../../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
  makePackages(ws);
});
afterEach(async () => {
  await ws.quiet();
  ws.silence();
});
afterAll(() => ws.dispose());

const env = (more: Record<string, string> = {}): RunOptions => ({
  env: { ...npmHome(ws), ...OFFLINE, ...more },
});
/** Where npm itself is not what the test is about. */
const unpacking = () => env({ PATH: `${dirname(unpackDup(ws))}${delimiter}${process.env.PATH}` });
/** One worker for each kind of packages: none is ended to make room for another. The test of one worker says so. */
const roomy = (args: string[]) =>
  ['run', 'resume'].includes(args[0] as string) && !args.some((arg) => arg.startsWith('--max-workers'))
    ? [...args, '--max-workers=3']
    : args;
const ok = (args: string[], options = env()) => ws.ok([...roomy(args), '--json'], options);
/** In a process of its own: a spin of a step with packages leaves them in its process. */
const alone = (args: string[], options = env()) => ws.start([...roomy(args), '--json'], options).done;
const fails = (args: string[], options = env()) => ws.nxFlow([...args, '--json'], options);
const installed = () => readdirSync(ws.path('.flow/env'));
/** For tests of what is installed, and when: the others take what an earlier one has installed. */
const nothingInstalled = () => rmSync(ws.path('.flow/env'), { recursive: true, force: true });
const set = (version: string) =>
  `{ dup: 'file:vendor/dup-${version}.tgz', '@acme/modern': 'file:vendor/acme-modern-${version}.tgz' }`;

/** A flow whose steps tell which versions they see: imported above, through a local module, and inside. */
const telling = (name: string, head = '') => `${head}
import { flow } from '@nx-flow/core';
import dup from 'dup';
import { seen } from './seen.${name === 'top' ? 'ts' : 'js'}';
const f = flow('${name}');
const tell = async () => {
  const inside = (await import('dup')).default;
  const { sub } = (await import('dup/sub.js')).default;
  const modern = await import('@acme/modern');
  const deep = await import('@acme/modern/sub');
  return [dup.version, seen, inside.version, inside.leaf, sub, modern.version, deep.sub].join(' ');
};
const start = f.start(async () => ({ start: await tell() }));
const one = f.step('one', { after: start, packages: ${set('1.0.0')} }, async () => ({ one: await tell() }));
const two = f.step('two', { after: start, packages: ${set('2.0.0')} }, async () => ({ two: await tell() }));
const both = f.gather('both', { after: { one, two } }, async ({ inputs }) => ({
  said: { one: inputs.one.one, two: inputs.two.two, both: await tell() },
}));
export default f.end(both);
`;
const all = (version: string) => Array(7).fill(version).join(' ');

test.each([
  ['classic', 'classic', '{"type":"commonjs"}', '', 'one'],
  ['modern', 'modern', '{"type":"module"}', '', 'two'],
  ['modern with top-level await', 'top', '{"type":"module"}', 'await null;', 'one'],
])(
  'two steps have two versions of the same packages, in a %s package',
  async (_, name, manifest, head, spun) => {
    ws.write(`flows/${name}/package.json`, manifest);
    ws.write(`flows/${name}/seen.ts`, `import dup from 'dup';\nexport const seen: string = dup.version;\n`);
    ws.write(`flows/${name}/${name}.flow.ts`, telling(name, head));
    const said = { one: all('1.0.0'), two: all('2.0.0'), both: all('0.0.0') };
    expect((await ok(['run', name])).json).toMatchObject({ status: 'done', tasks: { done: 5 } });
    expect((await ok(['dump', name, '1/both'])).json.artifacts).toEqual({ said });
    expect((await ok(['resume', name, 'one'])).json.tasks).toEqual({ done: 3, failed: 0, taken: 2 });
    expect((await ok(['dump', name, '2/both'])).json.artifacts).toEqual({ said });
    for (const step of ['start', spun, 'both']) {
      const { json } = await (step === spun ? alone : ok)(['spin', name, step]);
      expect([step, Object.values(json.artifacts)]).toEqual([
        step,
        [expect.objectContaining({ change: 'same' })],
      ]);
    }
    expect(installed()).toHaveLength(2);
  },
);

test('one worker is enough for steps of many kinds, with retries and fresh processes among them', async () => {
  ws.flow(
    'mixed',
    `const version = () => require('dup').version;
     const packages = ${set('1.0.0')};
     const start = f.start(() => ({ list: [1, 2] }));
     const plain = f.foreach('plain', { after: start, over: 'list' }, () => ({ a: version() }));
     const old = f.step('old', { after: plain, packages, retry: 1 }, ({ current }) => {
       if (current.attempt === 0) throw new Error('once');
       return { b: version() };
     });
     const alone = f.step('alone', { after: old, packages, isolate: true }, () => ({ c: version(), pid: process.pid }));
     const now = f.step('now', { after: alone, packages: ${set('2.0.0')} }, () => ({ d: version() }));
     const all = f.join('all', { after: now }, ({ inputs }) => ({
       said: [...new Set(inputs.map((i) => [i.a, i.b, i.c, i.d].join(' ')))], pids: new Set(inputs.map((i) => i.pid)).size,
     }));
     export default f.end(all);`,
  );
  for (const workers of [1, 2]) {
    const { json } = await ok(['run', 'mixed', `--max-workers=${workers}`]);
    expect(json).toMatchObject({ status: 'done', tasks: { done: 11, failed: 0 } });
    expect((await ok(['dump', 'mixed'])).json.artifacts).toMatchObject({
      said: ['0.0.0 1.0.0 1.0.0 2.0.0'],
      pids: 2,
    });
  }
});

test('every split of a spin of all has the packages of its step, and the options given for all', async () => {
  ws.flow(
    'splits',
    `const start = f.start(() => ({ ns: [1, 2, 3] }));
     const each = f.foreach('each', { after: start, over: 'ns', packages: ${set('2.0.0')} }, ({ input }) => ({
       said: [input, require('dup').version, process.env.COLOR ?? 'none'].join(' '),
     }));
     export default f.end(f.join('all', { after: each }, () => ({})));`,
  );
  await ok(['run', 'splits']);
  const { json } = await ok(['spin', 'splits', 'each', '--all', '--with=env:COLOR=red']);
  const said = json.splits.map(
    ({ artifacts }: { artifacts: { said: { preview: string } } }) => artifacts.said.preview,
  );
  expect(said).toEqual(['"1 2.0.0 red"', '"2 2.0.0 red"', '"3 2.0.0 red"']);
});

const user = (packages: string, body = `({ v: require('dup').version })`) =>
  `const start = f.start(() => ({}));
   const uses = f.step('uses', { after: start, packages: ${packages} }, async () => (${body}));
   export default f.end(uses);`;

test('a run says what it installs, before its first task; the next one has it, without npm and without a network', async () => {
  nothingInstalled();
  ws.flow('says', user(`{ dup: 'file:vendor/dup-1.0.0.tgz' }`));
  const first = await ok(['run', 'says']);
  expect(first.stderr).toMatch(/^⇣ installing dup@file:vendor\/dup-1\.0\.0\.tgz …\nsays\/1 /);
  const broken = env(
    fakeNpm(
      ws,
      `require('node:fs').writeFileSync(${JSON.stringify(ws.path('called'))}, ''); process.exit(1);`,
    ),
  );
  const next = await ok(['run', 'says'], broken);
  expect(next.stderr).not.toContain('installing');
  expect((await alone(['spin', 'says', 'uses'], broken)).json.artifacts.v).toMatchObject({
    change: 'same',
    preview: '"1.0.0"',
  });
  expect(existsSync(ws.path('called'))).toBe(false);
  const checked = await ws.ok(['check', 'says']);
  expect(checked.stdout).toContain('uses has packages of its own: dup@file:vendor/dup-1.0.0.tgz\n');
});

test('a spin installs what its step needs, and no more', async () => {
  nothingInstalled();
  ws.flow(
    'lazy',
    `${user(`{ dup: 'file:vendor/dup-2.0.0.tgz' }`).replace('f.end(uses)', `f.end({ after: uses, packages: { dup: 'file:vendor/dup-1.0.0.tgz' } }, () => ({}))`)}`,
  );
  await ok(['run', 'lazy', '--until=start']);
  expect(existsSync(ws.path('.flow/env'))).toBe(false);
  const { json, stderr } = await alone(['spin', 'lazy', 'uses']);
  expect(stderr).toContain('⇣ installing dup@file:vendor/dup-2.0.0.tgz …');
  expect(json.artifacts.v.preview).toBe('"2.0.0"');
  expect(installed()).toHaveLength(1);
});

test('commands that install the same packages at once all work, and leave one folder', async () => {
  nothingInstalled();
  ws.flow('crowd', user(`{ dup: 'file:vendor/dup-1.0.0.tgz' }`));
  // Each waits until all have begun: nobody finds the folder of another.
  const together = fakeNpm(
    ws,
    `const fs = require('node:fs'); const folder = ${JSON.stringify(ws.path('signals'))};
     fs.mkdirSync(folder, { recursive: true }); fs.writeFileSync(folder + '/npm' + process.pid, '');
     const all = () => fs.readdirSync(folder).filter((name) => name.startsWith('npm')).length === 2;
     const timer = setInterval(() => { if (!all()) return; clearInterval(timer);
       process.exitCode = require('node:child_process').spawnSync(${JSON.stringify(unpackDup(ws))}).status; }, 5);`,
  );
  const results = await Promise.all([1, 2].map(() => alone(['run', 'crowd'], env(together))));
  expect(results.map(({ json }) => json.status)).toEqual(['done', 'done']);
  expect(installed()).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
});

test('an installation that was killed is not taken for a whole one, and is cleared away; a damaged folder is installed again', async () => {
  nothingInstalled();
  ws.flow('killed', user(`{ dup: 'file:vendor/dup-1.0.0.tgz' }`));
  const halfway = fakeNpm(
    ws,
    `const fs = require('node:fs'); const path = 'node_modules/dup';
     fs.mkdirSync(path, { recursive: true }); fs.writeFileSync(path + '/package.json', '{}');
     fs.mkdirSync(${JSON.stringify(ws.path('signals'))}, { recursive: true });
     fs.writeFileSync(${JSON.stringify(ws.path('signals', 'halfway'))}, ''); setInterval(() => {}, 1000);`,
  );
  const run = ws.start(['run', 'killed'], env(halfway));
  await ws.hear('halfway');
  run.child.kill('SIGKILL');
  await run.done;
  await until(() => ws.processes().every(({ command }) => !command.includes('fake/npm')), 'the end of npm');
  expect(installed()).toEqual([expect.stringMatching(/^\.nx-flow-/)]);
  expect((await ok(['run', 'killed'], unpacking())).json.status).toBe('done');
  const whole = installed();
  expect(whole).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);

  rmSync(ws.path('.flow/env', whole[0] as string, 'node_modules/dup'), { recursive: true });
  const again = await ok(['run', 'killed'], unpacking());
  expect(again.json.status).toBe('done');
  expect(again.stderr).toContain('⇣ installing');
  expect(installed()).toEqual(whole);
});

test('an interrupted installation ends npm, and leaves nothing behind', async () => {
  nothingInstalled();
  ws.flow('stopped', user(`{ dup: 'file:vendor/dup-1.0.0.tgz' }`));
  const hanging = fakeNpm(
    ws,
    `const fs = require('node:fs'); fs.mkdirSync(${JSON.stringify(ws.path('signals'))}, { recursive: true });
     fs.writeFileSync(${JSON.stringify(ws.path('signals', 'hanging'))}, ''); setInterval(() => {}, 1000);`,
  );
  const run = ws.start(['run', 'stopped', '--json'], env(hanging));
  await ws.hear('hanging');
  run.child.kill('SIGINT');
  expect(await run.done).toMatchObject({ code: 130, json: { error: { code: 'FLOW_INTERRUPTED' } } });
  expect(installed()).toEqual([]);
});

test('npm is asked to give up soon, unless the environment says how often to try', async () => {
  const asked = async (more: Record<string, string> = {}) => {
    const file = ws.path('arguments.json');
    const told = `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.argv)); process.exit(1)`;
    const { npm_config_fetch_retries: _, ...rest } = fakeNpm(ws, told) as Record<string, string>;
    await ws.nxFlow(['run', 'patience'], { env: { ...rest, ...more } });
    return JSON.parse(ws.read('arguments.json')).filter((one: string) => one.startsWith('--fetch'));
  };
  ws.flow('patience', user(`{ dup: '98.0.0' }`));
  expect(await asked()).toEqual([
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ]);
  expect(await asked({ npm_config_fetch_retries: '4' })).toEqual([]);
});

test('a file with other content is another package, whatever its name', async () => {
  ws.write('sources/own/package.json', '{"name":"own","version":"1.0.0"}');
  ws.write('sources/own/index.js', `exports.text = 'before';`);
  ws.flow('edits', user(`{ own: 'file:sources/own' }`, `{ v: require('own').text }`));
  expect((await ok(['run', 'edits'])).json.status).toBe('done');
  ws.write('sources/own/index.js', `exports.text = 'after';`);
  expect((await alone(['spin', 'edits', 'uses'])).json.artifacts.v).toMatchObject({
    change: 'changed',
    preview: '"after"',
  });
});

test('what cannot be installed fails the command before its first task, with the last words of npm', async () => {
  nothingInstalled();
  ws.flow('absent', user(`{ dup: '99.0.0' }`));
  const { code, json } = await fails(['run', 'absent']);
  expect(code).toBe(1);
  expect(json.error.code).toBe('FLOW_PACKAGES');
  expect(json.error.message).toMatch(
    /^npm could not install dup@99\.0\.0: the registry could not be reached \(ECONNREFUSED\)\.\n {2}code ECONNREFUSED\n.*ECONNREFUSED 127\.0\.0\.1:9/s,
  );
  expect((await ok(['runs', 'absent'])).json.runs).toEqual([]);
  expect(installed()).toEqual([]);
  ws.flow('lost', user(`{ dup: 'file:vendor/lost.tgz' }`));
  expect((await fails(['run', 'lost'])).json.error.message).toBe(
    `The package "dup" is to come from file:vendor/lost.tgz, but there is no ${ws.path('vendor/lost.tgz')}: a path counts from the workspace.`,
  );
  const nowhere = env({ PATH: ws.path('signals') });
  // A spin fails so, too.
  for (const command of [
    ['run', 'absent'],
    ['spin', 'absent', 'uses'],
  ]) {
    const { code, json } = await fails(command, nowhere);
    expect([code, json.error.code, json.error.message]).toEqual([
      1,
      'FLOW_PACKAGES',
      'npm was not found, and is needed to install dup@99.0.0: put it on the PATH.',
    ]);
  }
});

test('packages lie in the workspace, wherever the store is; a folder that cannot be written is named', async () => {
  nothingInstalled();
  ws.flow('apart', user(`{ dup: 'file:vendor/dup-1.0.0.tgz' }`));
  await ok(['run', 'apart', `--store=${ws.path('elsewhere')}`], unpacking());
  expect(installed()).toHaveLength(1);
  nothingInstalled();
  ws.write('.flow/env', 'a file');
  expect((await fails(['run', 'apart', `--store=${ws.path('elsewhere')}`])).json.error).toMatchObject({
    code: 'FLOW_PACKAGES',
    message: `${ws.path('.flow/env')} cannot be written (EEXIST): the packages of steps are installed there.`,
  });
  nothingInstalled();
});

test('a package that only a step has is imported inside it: the error of an import above says so', async () => {
  writeFileSync(
    ws.path('above.flow.ts'),
    `import { flow } from '@nx-flow/core'; import leafy from 'leafy';
const f = flow('above'); const start = f.start(() => ({}));
export default f.end(f.step('uses', { after: start, packages: { leafy: '1' } }, () => ({ leafy })));`,
  );
  const { code, json } = await fails(['run', 'above']);
  expect(code).toBe(2);
  expect(json.error.message).toContain(
    `"leafy" is one of a step's \`packages\`, and is there in that step alone: import it inside the step, by await import('leafy').`,
  );
});
