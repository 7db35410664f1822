import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, Workspace } from '../kit/workspace';

let here: Workspace;
let there: Workspace;
beforeEach(() => {
  here = new Workspace().shareProcess();
  there = new Workspace().shareProcess();
});
afterEach(async () => {
  await here.dispose();
  await there.dispose();
});

const BODY = `const start = f.start(() => ({ ns: [1, 2, 3], large: Buffer.alloc(3_000_000, 'a') }));
   const each = f.foreach('each', { after: start, over: 'ns' }, ({ self, input }) => {
     console.log('split ' + input);
     if (input === 2 && process.env.FAIL) throw new Error('no');
     return { n: input * self.large.length };
   });
   const all = f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.reduce((s, { n }) => s + n, 0) }));
   export default f.end(all);`;
const bothHave = () => [here, there].map((ws) => ws.flow('carried', BODY));
const CI = { env: { NX_FLOW_USER: 'ci' } };
const casOf = (ws: Workspace) => {
  const folder = ws.path('.flow', 'cas');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const stagesOf = (ws: Workspace) => casOf(ws).filter((name) => name.startsWith('.nx-flow-'));

test('a run, failed or resumed, goes to another machine in one file: spins, resume, logs and show work there', async () => {
  bothHave();
  const failing = { env: { FAIL: '1' } };
  expect(await here.nxFlow(['run', 'carried', '--tag=exp'], failing)).toMatchObject({ code: 1 });
  const failed = await here.ok(['export', 'carried', 'latest', 'failed.nxflow', '--json']);
  expect(failed.json).toMatchObject({ pathspec: 'carried/1', tasks: 4, artifacts: 4 });
  expect(statSync(here.path('failed.nxflow')).size).toBe(failed.json.bytes);
  await here.ok(['resume', 'carried']);
  await here.ok(['tag', 'carried', '2', '--add=best']);
  expect((await here.ok(['export', 'carried', '2', 'done.nxflow'])).stdout).toMatch(
    /^carried\/2 is in done\.nxflow: 6 tasks, 6 artifacts, 3\.0 MB\n$/,
  );

  const done = await there.ok(['import', here.path('done.nxflow'), '--json'], CI);
  expect(done.json).toEqual({
    pathspec: 'carried/1',
    origin: 'carried/2',
    known: false,
    namespace: 'user:ci',
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    tasks: 6,
    artifacts: 6,
    bytes: statSync(here.path('done.nxflow')).size,
  });
  for (const step of ['start', 'each', 'all', 'end']) {
    const { json } = await there.ok(['spin', 'carried', step, '--json'], CI);
    expect(json.origin).toContain('carried/1/');
    const changes = Object.values<{ change: string }>(json.artifacts).map(({ change }) => change);
    expect(new Set(changes)).toEqual(new Set(step === 'end' ? [] : ['same']));
  }
  const printed = (await there.ok(['logs', 'carried'], CI)).stdout.match(/split \d/g);
  expect(printed?.sort()).toEqual(['split 1', 'split 2', 'split 3']);
  expect((await there.ok(['show', 'carried', '--json'], CI)).json).toMatchObject({
    user: 'tester',
    tags: ['best'],
    imported: { run: 'carried/2', namespace: 'user:tester', origin: 1, by: 'ci' },
  });
  const again = await there.ok(['import', here.path('done.nxflow')], CI);
  expect(again.stdout).toContain('carried/1 is here already: nothing was changed');

  expect((await there.ok(['import', here.path('failed.nxflow')], CI)).stdout).toMatch(
    /^carried\/2 is carried\/1 of tester on .*, failed/,
  );
  expect((await there.ok(['resume', 'carried', '--json'], CI)).json).toMatchObject({
    pathspec: 'carried/3',
    tasks: { done: 3, failed: 0, taken: 3 },
  });
});

test('through a pipe, without logs', async () => {
  bothHave();
  await here.ok(['run', 'carried']);
  const bin = join(__dirname, '../../bin/nx-flow.js');
  const env = { ...process.env, NX_FLOW_USER: 'tester' };
  const pipe = `'${process.execPath}' '${bin}' export carried 1 - --no-logs | '${process.execPath}' '${bin}' import - --store='${there.path('.flow')}'`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', pipe], {
    cwd: here.folder,
    encoding: 'utf8',
    env,
  });
  expect(stderr).toContain('carried/1 is in stdout');
  expect(stdout).toContain('carried/1 is carried/1 of tester');
  expect(status).toBe(0);
  expect((await there.ok(['spin', 'carried', '1/all', '--json'])).json.artifacts.sum.change).toBe('same');
  expect((await there.ok(['logs', 'carried', '1'])).stdout).toBe('');
});

test('an import that is killed in the middle changes nothing, and the next one completes', async () => {
  bothHave();
  await here.ok(['run', 'carried']);
  await here.ok(['export', 'carried', '1', 'run.nxflow']);
  const file = readFileSync(here.path('run.nxflow'));
  await there.ok(['run', 'carried']);
  const before = await there.store();

  const first = there.start(['import', '-'], { stdin: true });
  first.child.stdin?.write(file.subarray(0, 2_000_000));
  await until(
    () => stagesOf(there).some((name) => readdirSync(there.path('.flow', 'cas', name)).length > 0),
    'the first value',
  );
  process.kill(first.pid, 'SIGKILL');
  expect(await first.done).toMatchObject({ signal: 'SIGKILL' });
  const left = Object.entries(await there.store()).filter(([key]) => !key.startsWith('cas/.nx-flow-'));
  expect(Object.fromEntries(left)).toEqual(before);

  const { stdout } = await there.ok(['import', here.path('run.nxflow'), '--namespace=other']);
  expect(stdout).toMatch(/^carried\/2 is carried\/1 of tester/);
  // What the killed one left is gone too.
  expect(stagesOf(there)).toEqual([]);
  expect((await there.ok(['spin', 'carried', '2/all', '--json'])).json.artifacts.sum.change).toBe('same');
});

test('Ctrl-C removes what was begun', async () => {
  bothHave();
  await here.ok(['run', 'carried']);
  await here.ok(['export', 'carried', '1', 'run.nxflow']);
  const file = readFileSync(here.path('run.nxflow'));
  const { child, pid, done } = there.start(['import', '-'], { stdin: true });
  child.stdin?.write(file.subarray(0, 2_000_000));
  await until(() => stagesOf(there).length > 0, 'the stage');
  process.kill(pid, 'SIGINT');
  expect(await done).toMatchObject({ code: 130, stderr: expect.stringContaining('FLOW_INTERRUPTED') });
  expect(await there.store()).toEqual({});
});

test('a run that goes on cannot be exported; bad files and places are named, and leave nothing', async () => {
  here.flow(
    'waits',
    `const start = f.start(async () => { tell('at'); await hear('go'); return {}; });
     export default f.end(start);`,
  );
  const run = here.start(['run', 'waits']);
  await here.hear('at');
  const early = await here.nxFlow(['export', 'waits', 'latest', 'out.nxflow']);
  expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('waits/1 still runs') });
  here.tell('go');
  expect((await run.done).code).toBe(0);
  expect(existsSync(here.path('out.nxflow'))).toBe(false);

  const said = async (...args: string[]) => (await here.nxFlow(args)).stderr;
  expect(await said('export', 'waits', '1')).toContain('FLOW_USAGE  Which run, and into which file?');
  expect(await said('export', 'waits', '1/start', 'x')).toContain('A run is exported whole');
  expect(await said('export', 'waits', '9', 'x')).toContain('FLOW_RUN_NOT_FOUND');
  expect(await said('export', 'waits', '1', 'no/such/x')).toMatch(
    /FLOW_EXPORT_FILE .*x cannot be written: its folder is not there \(ENOENT\)/,
  );
  expect(await said('export', 'waits', '1', 'signals')).toMatch(/FLOW_EXPORT_FILE .*it is a folder/);
  expect(await said('export', 'waits', '1', '.flow/db/CURRENT')).toMatch(
    /FLOW_EXPORT_FILE .*CURRENT cannot be written: it lies in the store .*\.flow, where nothing but nx-flow writes/,
  );
  expect(await said('export', 'waits', '1', '/dev/stdout', '--json')).toContain(
    'stdout takes either the file or',
  );
  expect(await said('import', 'nothing')).toMatch(/FLOW_IMPORT_FILE {2}There is no file .*nothing/);
  expect(await said('import', 'signals')).toMatch(/FLOW_IMPORT_FILE .*is a folder/);
  expect(await said('import', 'package.json')).toContain('it is no file that nx-flow export wrote');
  expect(await said('import')).toContain('FLOW_USAGE');
  await here.ok(['export', 'waits', '1', 'out.nxflow']);
  expect(await said('import', 'out.nxflow', '--namespace=everybody')).toContain('FLOW_NAMESPACE');
  // A folder does not become a store for it.
  await there.nxFlow(['import', 'package.json']);
  expect(existsSync(there.path('.flow'))).toBe(false);
});

test('where there is no room, the export says so and leaves no half file', async () => {
  here.flow('carried', BODY);
  await here.ok(['run', 'carried']);
  const bin = join(__dirname, '../../bin/nx-flow.js');
  const limited = `ulimit -f 2000; exec '${process.execPath}' '${bin}' export carried 1 out.nxflow`;
  const env = { ...process.env, NX_FLOW_USER: 'tester' };
  const { status, stderr } = spawnSync('sh', ['-c', limited], { cwd: here.folder, encoding: 'utf8', env });
  expect(stderr).toMatch(
    /FLOW_EXPORT_FILE .*out\.nxflow cannot be written: the file would be too large \(EFBIG\)/,
  );
  expect(status).toBe(1);
  expect(readdirSync(here.folder).filter((name) => name.includes('nxflow'))).toEqual([]);
});

test('a snapshot is the run of this code and these parameters; the flow is run where there is none', async () => {
  here.flow(
    'counts',
    `import { by } from './by';
     const start = f.start(({ params }) => ({ n: params.n * by }));
     export default f.end(start);`,
    'n: z.coerce.number().default(1)',
  );
  here.write('by.ts', 'export const by = 10;');
  const old = new Date(Date.now() - 60_000);
  for (const name of ['by.ts', 'counts.flow.ts']) utimesSync(here.path(name), old, old);
  const file = here.path('dist/flow/counts/snapshot/counts.nxflow');
  const snapshot = async (...args: string[]) =>
    (await here.ok(['snapshot', 'counts', '--json', ...args])).json;

  expect(await snapshot()).toMatchObject({
    pathspec: 'counts/1',
    file: 'dist/flow/counts/snapshot/counts.nxflow',
  });
  const first = readFileSync(file);
  expect(await snapshot()).toMatchObject({ pathspec: 'counts/1' });
  expect(readFileSync(file).equals(first)).toBe(true);
  // What changes no result makes no other run.
  expect(await snapshot('--with=concurrency=5')).toMatchObject({ pathspec: 'counts/1' });
  expect(await snapshot('--params.n=2')).toMatchObject({ pathspec: 'counts/2' });
  // A newer run on other parameters is another thing.
  expect(await snapshot()).toMatchObject({ pathspec: 'counts/1' });
  here.write('by.ts', 'export const by = 11;');
  expect(await snapshot()).toMatchObject({ pathspec: 'counts/3' });
  expect((await here.ok(['dump', 'counts', '3/start', '--json'])).json.artifacts.n).toBe(11);
  // What a resumed run had taken over may be older than the code.
  await here.ok(['resume', 'counts', 'end']);
  expect(await snapshot()).toMatchObject({ pathspec: 'counts/3' });
});

test('spin and resume take the run of a snapshot that lies there, once, and not behind a newer run', async () => {
  bothHave();
  await here.ok(['run', 'carried']);
  await here.ok(['snapshot', 'carried']);
  const SNAPSHOT = 'dist/flow/carried/snapshot/carried.nxflow';
  there.write(SNAPSHOT, '');
  const bytes = readFileSync(here.path(SNAPSHOT));
  writeFileSync(there.path(SNAPSHOT), bytes.subarray(0, -1));
  const broken = await there.nxFlow(['spin', 'carried', 'all'], CI);
  expect(broken.stdout).toMatch(/the snapshot was not imported: .* it is cut off\. Nothing was changed\.\n$/);
  expect(broken.stderr).toMatch(/^FLOW_NO_INPUTS/);

  writeFileSync(there.path(SNAPSHOT), bytes);
  const fresh = await there.ok(['spin', 'carried', 'all'], CI);
  expect(fresh.stdout).toMatch(
    /^imported the snapshot dist\/flow\/carried\/snapshot\/carried\.nxflow as carried\/1: carried\/1 of tester on .*, done\nspin carried\/all {2}inputs of carried\/1\/all/,
  );
  expect((await there.ok(['spin', 'carried', 'all'], CI)).stdout).toMatch(/^spin carried\/all/);
  // Its own snapshot is no news to the machine that made it.
  expect((await here.ok(['spin', 'carried', 'all'])).stdout).toMatch(
    /^spin carried\/all {2}inputs of carried\/1\//,
  );

  const resumer = { env: { NX_FLOW_USER: 'other' } };
  const resumed = await there.ok(['resume', 'carried', 'all'], resumer);
  expect(resumed.stdout).toContain('imported the snapshot');
  expect(resumed.stdout).toContain('carried/3 done');
  const third = { env: { NX_FLOW_USER: 'third' } };
  await there.ok(['run', 'carried'], third);
  expect((await there.ok(['spin', 'carried', 'all'], third)).stdout).toMatch(/inputs of carried\/4\//);
});

test('the code of a run goes with it: why tells there what has changed since', async () => {
  bothHave();
  await here.ok(['run', 'carried']);
  await here.ok(['export', 'carried', 'latest', 'run.nxflow']);
  await there.ok(['import', here.path('run.nxflow')]);
  // Besides `signals.ts`, which holds the folder of its workspace.
  const changed = async () => {
    const { json } = await there.ok(['why', 'carried', 'all', '--json']);
    const differences: { kind: string; name: string }[] = json.code.differences;
    return differences.filter(({ name }) => !name.startsWith('signals.ts')).map(({ kind }) => kind);
  };
  expect(await changed()).toEqual([]);
  there.flow('carried', BODY.replace('(s, { n }) => s + n', '(s, { n }) => n + s'));
  expect(await changed()).toEqual(['function']);
});
