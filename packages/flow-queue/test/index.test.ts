/** The commands over a queue: a run here, its workers in another folder, and who looks at them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type Started, Workspace } from '../../flow-core/test/kit/workspace';
import { startS3 } from './kit/s3';
import { redisProgram, startRedis, type TestServer } from './kit/servers';

const here = new Workspace().shareProcess();
const there = new Workspace();
const it = redisProgram ? test : test.skip;
let server: TestServer;
let env: Record<string, string>;
let worker: Started | undefined;

/** The same in both checkouts. */
function write(name: string, body: string): void {
  const text = `import { flow } from '@nx-flow/core';\nconst f = flow('${name}');\n${body}\n`;
  for (const ws of [here, there]) ws.write(`${name}.flow.ts`, text);
}

const FLOW = `const start = f.start({ queue: 'local' }, () => ({ numbers: [1, 2, 3], where: process.cwd() }));
const square = f.foreach('square', { after: start, over: 'numbers', resources: { gpu: 1 } }, ({ input, log }) => {
  log('squares ' + input);
  return { squared: input * input, where: process.cwd() };
});
const all = f.join('all', { after: square }, ({ inputs }) => {
  const [first] = inputs;
  if (process.env.FAILS) throw new Error('as it must');
  return { sum: inputs.reduce((sum, { squared }) => sum + squared, 0), there: first?.where };
});
export default f.end(all);`;

beforeAll(async () => {
  if (!redisProgram) return;
  server = await startRedis();
  env = { NX_FLOW_QUEUE: await server.fresh() };
  write('squares', FLOW);
});
afterEach(async () => {
  worker?.child.kill('SIGKILL');
  await worker?.done;
  worker = undefined;
});
afterAll(async () => {
  await Promise.all([here.dispose(), there.dispose()]);
  await server?.close();
});

test('the printed script starts the same worker under any shell, whatever is in its options', async () => {
  const args = ['--slots=2', '--resources=gpu=1,cpu=3', `--store=it's $(touch x)`, '--workers=8'];
  const { stdout } = await there.ok(['worker', '--print=slurm', ...args]);
  const [store] = [there.path(`it'\\''s $(touch x)`)];
  expect(stdout).toBe(`#!/bin/sh
#SBATCH --job-name=nx-flow
#SBATCH --array=1-8
#SBATCH --cpus-per-task=3
#SBATCH --gres=gpu:1
#SBATCH --signal=B:TERM@300
# Options of sbatch win, such as --array=1-100, --time=8:00:00, --partition=gpu.
# NX_FLOW_QUEUE and NX_FLOW_BLOBS are those of the environment of sbatch.
: "\${NX_FLOW_QUEUE:?set it to the address of the queue before sbatch}"
cd -- ${there.folder} || exit
exec npx --no nx-flow worker --resources=gpu=1,cpu=3 '--store=${store}' --slots=2
`);
  // What is executed has the same words: those of a shell are asked for.
  const asked = stdout.replace('exec npx --no nx-flow', "exec printf '%s\\n'");
  const words = execFileSync('sh', {
    input: asked,
    encoding: 'utf8',
    env: { ...process.env, NX_FLOW_QUEUE: 'redis://x' },
  });
  expect(words.trim().split('\n')).toEqual([
    'worker',
    '--resources=gpu=1,cpu=3',
    `--store=${there.path("it's $(touch x)")}`,
    '--slots=2',
  ]);
  const secret = await there.ok(['worker', '--print=slurm', '--queue=redis://:hidden@host', '--json']);
  expect(secret.json.script).toMatch(/--slots="\$\{SLURM_CPUS_PER_TASK:-1\}"/);
  expect(secret.stdout + secret.stderr).not.toContain('hidden');
});

async function begin(...options: string[]): Promise<Started> {
  worker = there.start(['worker', '--slots=2', ...options], { env });
  await worker.printed(' serves ');
  return worker;
}

it('a run on a queue has the same result, with the steps that stay here; what a worker did is told, and it drains', async () => {
  const { child, done } = await begin('--resources=gpu=1');
  const ran = await here.ok(['run', 'squares', '--on=queue', '--json'], { env });
  expect(ran.json).toMatchObject({ status: 'done', tasks: { done: 6, failed: 0 } });
  const { artifacts } = (await here.ok(['dump', 'squares/1/all', '--json'])).json;
  expect(artifacts).toMatchObject({ sum: 14, there: there.folder });
  expect((await here.ok(['dump', 'squares/1/start', '--json'])).json.artifacts.where).toBe(here.folder);
  expect((await here.ok(['logs', 'squares/1/square'])).stdout).toContain('squares 3');
  const seen = (await here.ok(['queue', '--json'], { env })).json;
  expect(seen).toMatchObject({
    workers: [{ queues: ['default'], slots: 2, resources: { gpu: 1 } }],
    queues: [{ queue: 'default', waiting: 0, active: 0, workers: 1, slots: 2 }],
    runs: [],
  });
  expect((await here.ok(['queue'], { env })).stdout).toMatch(/default +0 +0 +1 +2/);
  child.kill('SIGTERM');
  const ended = await done;
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/✓ squares\/1\/square .*of default[\s\S]*has ended\.\n$/);
});

it('a failed run is resumed on the queue; a worker ends by itself when there is nothing to do', async () => {
  const { done } = await begin('--resources=gpu=1', '--idle-exit=2s');
  const limited = await here.nxFlow(['run', 'squares', '--on=default', '--max-splits=2', '--json'], { env });
  expect([limited.code, limited.json.error.code, limited.json.tasks.done]).toEqual([1, 'FLOW_MAX_SPLITS', 1]);
  const run = await here.nxFlow(['resume', 'squares', '--on=default', '--max-splits=3', '--json'], {
    env: { ...env, FAILS: '' },
  });
  expect(run.code).toBe(0);
  const again = await here.ok(['resume', 'squares', 'all', '--on=default', '--json'], { env });
  expect(again.json).toMatchObject({ status: 'done', tasks: { taken: 4 } });
  expect(await done).toMatchObject({ code: 0, stdout: expect.stringContaining('had nothing to do') });
});

it('large values travel through a folder that they share; without one the run says so', async () => {
  const body = `const start = f.start({ queue: 'local' }, () => ({ list: Array.from({ length: 50_000 }, (_, i) => i * 1.5) }));
export default f.end(f.step('more', { after: start }, ({ self }) => ({ doubled: self.list.map((n) => n * 2) })));`;
  write('large', body);
  const shared = here.path('shared');
  mkdirSync(shared);
  Object.assign(env, { NX_FLOW_BLOBS: `file:${shared}` });
  try {
    await begin();
    await here.ok(['run', 'large', '--on=queue', '--json'], { env });
    const { artifacts } = (await here.ok(['dump', 'large/1/more', '--json'])).json;
    expect(artifacts.doubled.at(-1)).toBe(149_997);
    expect(readdirSync(shared).filter((name) => /^[0-9a-f]{2}$/.test(name))).toHaveLength(2);
    const without = { env: { ...env, NX_FLOW_BLOBS: '' } };
    const refused = await here.nxFlow(['run', 'large', '--on=queue', '--json'], without);
    expect([refused.code, refused.json.error.code]).toEqual([1, 'FLOW_BLOBS_MISSING']);
    const wrong = await here.nxFlow(['run', 'large', '--on=queue', '--json'], {
      env: { ...env, NX_FLOW_BLOBS: 'file:here' },
    });
    expect([wrong.code, wrong.json.error.code]).toEqual([2, 'FLOW_BLOBS_URL']);
  } finally {
    delete env.NX_FLOW_BLOBS;
  }
});

/** The same spin here and there. What differs by its nature is left out. */
async function spunBoth(args: string[], on = '--on=gpu') {
  const [local, remote] = [
    await here.ok([...args, '--json']),
    await here.ok([...args, on, '--json'], { env }),
  ];
  const same = (text: string) =>
    JSON.parse(text.replace(/"(durationMs|ms)": ?[\d.]+/g, '"$1":0').replace(/"where":.*?\}/g, '"where":0}'));
  return [same(remote.stdout), same(local.stdout)];
}

it('large values travel through a bucket; what lies there is read when it is wanted, looked at, and told where it is lost', async () => {
  write(
    'bucket',
    `const start = f.start({ queue: 'local' }, () => ({ bytes: Buffer.alloc(200_000, 7) }));
const make = f.step('make', { after: start }, ({ self }) => ({ more: Buffer.alloc(9_000_000, self.bytes[0]) }));
export default f.end(f.step('read', { after: make, queue: 'local' }, ({ self }) => ({ length: self.more.length, first: self.more[0] })));`,
  );
  const s3 = await startS3('flows');
  Object.assign(env, s3.env, { NX_FLOW_BLOBS: 's3://flows/here' });
  try {
    const { child } = await begin();
    await here.ok(['run', 'bucket', '--on=queue', '--json'], { env });
    const verified = await here.ok(['verify', '--read-data', '--json'], { env });
    expect(verified.json.problems).toEqual([]);
    const { length, first } = (await here.ok(['dump', 'bucket/1/read', '--json'])).json.artifacts;
    expect([length, first]).toEqual([9_000_000, 7]);
    const failures = [
      [{ NX_FLOW_BLOBS: 's3://nowhere/here' }, 'FLOW_BLOBS_BUCKET'],
      [{ AWS_ACCESS_KEY_ID: 'nobody' }, 'FLOW_BLOBS_REFUSED'],
      [{ AWS_ACCESS_KEY_ID: '' }, 'FLOW_BLOBS_KEYS'],
      [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'FLOW_BLOBS_AWAY'],
      [{ NX_FLOW_BLOBS_CLIENT: './none.js' }, 'FLOW_BLOBS_CLIENT'],
    ] as const;
    for (const [changed, code] of failures) {
      const { json } = await here.nxFlow(['run', 'bucket', '--on=queue', '--json'], {
        env: { ...env, ...changed },
      });
      expect([code, json.error.code, json.error.message]).toEqual([
        code,
        code,
        expect.stringMatching(/^.{20,300}$/),
      ]);
    }
    // The other checkout has a store of its own.
    const other = await there.nxFlow(['run', 'bucket', '--on=queue', '--json'], { env });
    expect(other.json.error.code).toBe('FLOW_BLOBS_STORE');
    s3.lose();
    rmSync(here.path('.flow/cas'), { recursive: true });
    const gone = await here.nxFlow(['verify', '--json'], { env });
    expect(gone.json.problems.map(({ message }: { message: string }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('neither here nor in s3://flows/here')]),
    );
    const spun = await here.nxFlow(['spin', 'bucket', 'read', '--json'], { env });
    expect([spun.code, spun.json.error.code]).toEqual([1, 'FLOW_BLOB_LOST']);
    // What executing its step again mends.
    await here.ok(['resume', 'bucket', 'start', '--on=queue', '--json'], { env });
    child.kill('SIGTERM');
  } finally {
    for (const name of ['NX_FLOW_BLOBS', ...Object.keys(s3.env)]) delete env[name];
    await s3.close();
  }
});

it('a spin on a queue has the table of a local spin, with its log as it comes; nothing is recorded', async () => {
  const body = `const start = f.start({ queue: 'local' }, () => ({ list: Array.from({ length: 20_000 }, (_, i) => i * 1.5), few: [1, 2, 3] }));
const train = f.step('train', { after: start, queue: 'gpu' }, ({ self, log, card }) => {
  log('trains on ' + self.list.length);
  card.add('# Trained');
  if (process.env.FAILS) throw new Error('as it must');
  return { model: self.list.map((n) => n + 1), rows: new Map([['a', 1]]), list: self.list, bytes: Buffer.from('abc') };
});
const each = f.foreach('each', { after: train, over: 'few' }, ({ input }) => ({ double: input * 2 }));
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.reduce((sum, { double }) => sum + double, 0) })));`;
  write('trained', body);
  const shared = here.path('shared-spin');
  mkdirSync(shared);
  Object.assign(env, { NX_FLOW_BLOBS: `file:${shared}` });
  try {
    await here.ok(['run', 'trained', '--on=local', '--json']);
    const { child } = await begin('--queues=gpu');
    const spin = here.start(['spin', 'trained', 'train', '--on=gpu'], { env });
    await spin.printed('trains on 20000');
    const { code, stdout } = await spin.done;
    expect(code).toBe(0);
    expect(stdout).toContain('model');
    const [one, local] = await spunBoth(['spin', 'trained', 'train']);
    expect(one).toEqual(local);
    expect(readdirSync(here.path('dist/flow/trained/spin/train/artifacts')).sort()).toHaveLength(4);
    for (const args of [
      ['spin', 'trained', 'each', '--all'],
      ['spin', 'trained', 'each', '--index=1', '--set.few=[5,6]'],
      ['spin', 'trained', 'train', '--through=all'],
      ['spin', 'trained', 'all', '--from=last:2'],
    ]) {
      const [there, own] = await spunBoth(args);
      expect([args, there]).toEqual([args, own]);
    }
    const runs = (await here.ok(['runs', 'trained', '--json'])).json;
    expect(runs.runs).toHaveLength(1);
    const refused = await here.nxFlow(['spin', 'trained', 'train', '--on=gpu', '--inspect-brk', '--json'], {
      env,
    });
    expect([refused.code, refused.json.error.code]).toEqual([2, 'FLOW_USAGE']);
    child.kill('SIGTERM');
  } finally {
    delete env.NX_FLOW_BLOBS;
  }
});

it.each<[string, string[], string, Record<string, string>?]>([
  ['an unknown scheme', ['run', 'squares', '--on=queue', '--queue=amqp://x'], 'FLOW_QUEUE_URL'],
  ['no server', ['run', 'squares', '--on=gpu', '--queue=redis://127.0.0.1:1'], 'FLOW_QUEUE_AWAY'],
  ['no name', ['run', 'squares', '--on=G P U'], 'FLOW_QUEUE_NAME'],
  ['no duration', ['run', 'squares', '--on=queue', '--queue-timeout=soon'], 'FLOW_OPTION'],
  ['no number of splits', ['run', 'squares', '--on=queue', '--max-splits=0'], 'FLOW_OPTION'],
  ['no scheduler', ['worker', '--print=pbs'], 'FLOW_OPTION'],
  ['workers without a scheduler', ['worker', '--workers=2'], 'FLOW_OPTION'],
  ['no amounts', ['worker', '--resources=gpu'], 'FLOW_OPTION'],
  ['no duration of a worker', ['worker', '--idle-exit=never'], 'FLOW_OPTION'],
  ['no size', ['worker'], 'FLOW_OPTION', { NX_FLOW_CACHE_LIMIT: 'much' }],
  ['code that is not signed', ['run', 'squares', '--on=queue', '--ship'], 'FLOW_QUEUE_KEY'],
  ['code for nobody', ['run', 'squares', '--ship'], 'FLOW_OPTION'],
  ['code that nobody signs', ['worker', '--accept-shipped'], 'FLOW_QUEUE_KEY'],
  ['scripts of no code', ['worker', '--allow-scripts'], 'FLOW_OPTION'],
  ['no name of a worker', ['worker', '--queues=a b'], 'FLOW_QUEUE_NAME'],
])('what is not understood is refused: %s', async (_, args, code, more = {}) => {
  const { json, code: exit } = await here.nxFlow([...args, '--json'], { env: { ...env, ...more } });
  expect([exit, json.error.code]).toEqual([2, code]);
});

it('a step that names a queue says so where there is none, and is executed here by --on=local', async () => {
  here.flow(
    'named',
    "export default f.end(f.step('train', { after: f.start(() => ({})), queue: 'gpu' }, () => ({ ok: true })));",
  );
  const without = { env: { NX_FLOW_QUEUE: undefined as unknown as string } };
  const refused = await here.nxFlow(['run', 'named', '--json'], without);
  expect(refused.json.error).toMatchObject({
    code: 'FLOW_QUEUE_URL',
    message: expect.stringContaining('"train" is executed on the queue gpu, and no queue is named'),
  });
  expect((await here.ok(['run', 'named', '--on=local', '--json'], without)).json.status).toBe('done');
  expect((await here.ok(['spin', 'named', 'train', '--json'], without)).code).toBe(0);
});
