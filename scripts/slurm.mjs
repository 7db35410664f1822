/**
 * `npm run slurm -- --tasks=40 --ms=100`: the script that `nx-flow worker --print=slurm` prints, under a real Slurm on this machine: an
 * array of two workers executes a foreach of a run. Its result has to be that of a run here, both workers have to take tasks and to end
 * in order. It installs nothing, and needs what Debian calls slurm-wlm, munge and redis-server.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, startCluster, startProgram, until } from './slurm/cluster.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { tasks: { type: 'string', default: '40' }, ms: { type: 'string', default: '100' } },
});
const WORKERS = 2;

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'redis-server'].filter(
  (program) => !folders.some((folder) => existsSync(join(folder, program))),
);
if (missing.length > 0) {
  console.error(`${missing.join(', ')} is not here: apt-get install slurm-wlm munge redis-server`);
  process.exit(1);
}

const FLOW = `import { setTimeout as pause } from 'node:timers/promises';
import { flow } from '@nx-flow/core';
const f = flow('squares');
const start = f.start({ queue: 'local' }, () => ({ numbers: Array.from({ length: ${Number(values.tasks)} }, (_, i) => i) }));
const each = f.foreach('each', { after: start, over: 'numbers', resources: { gpu: 1 } }, async ({ input }) => {
  await pause(${Number(values.ms)});
  return { square: input * input, by: process.env.SLURM_ARRAY_TASK_ID ?? 'here' };
});
const all = f.join('all', { after: each, queue: 'local' }, ({ inputs }) => ({
  squares: inputs.map(({ square }) => square),
  by: inputs.map(({ by }) => by),
}));
export default f.end(all);
`;

// A quote and a space: the script has to say them rightly.
const folder = mkdtempSync(join(tmpdir(), "nx-flow slurm's "));
const site = join(folder, 'site');
const began = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const told = (text) => console.log(`${seconds(began).padStart(7)}  ${text}`);
let redis;
let cluster;
let worked = false;
try {
  mkdirSync(join(site, 'node_modules', '@nx-flow'), { recursive: true });
  for (const name of ['core', 'queue'])
    symlinkSync(join(root, 'packages', `flow-${name}`), join(site, 'node_modules', '@nx-flow', name));
  symlinkSync(join(root, 'node_modules', 'zod'), join(site, 'node_modules', 'zod'));
  mkdirSync(join(site, 'node_modules', '.bin'));
  symlinkSync(join(root, 'packages/flow-core/bin/nx-flow.js'), join(site, 'node_modules/.bin/nx-flow'));
  writeFileSync(join(site, 'package.json'), '{ "name": "site", "private": true }');
  writeFileSync(join(site, 'squares.flow.ts'), FLOW);

  const port = await freePort();
  const bound = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  redis = startProgram(folder, 'redis', 'redis-server', bound);
  // munged wants a path without spaces.
  const place = mkdtempSync(join(tmpdir(), 'nx-flow-slurm-'));
  cluster = await startCluster(place, { cpus: WORKERS }).catch((error) => {
    rmSync(place, { recursive: true, force: true });
    throw error;
  });
  cluster.place = place;
  told(`${cluster.ask('sbatch', '--version')} with one node`);

  const env = { ...cluster.env, CI: '1', NX_FLOW_QUEUE: `redis://127.0.0.1:${port}` };
  const nxFlow = (...args) => {
    const bin = join(site, 'node_modules/.bin/nx-flow');
    const { status, stdout, stderr } = spawnSync(bin, [...args, '--json'], {
      cwd: site,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`nx-flow ${args.join(' ')} ended with ${status}.\n${stdout}${stderr}`);
    return JSON.parse(stdout);
  };
  const given = ['--slots=1', '--resources=gpu=1', '--idle-exit=10m', `--workers=${WORKERS}`];
  const { script } = nxFlow('worker', '--print=slurm', ...given);
  console.log(script.replace(/^/gm, '         | ').trimEnd());
  const submitted = performance.now();
  const job = execFileSync('sbatch', ['--parsable', `--output=${place}/worker-%a.out`], {
    ...{ input: script, env, cwd: site, encoding: 'utf8' },
  }).trim();
  await until('the workers', () => nxFlow('queue').workers.length === WORKERS, 60);
  told(`${WORKERS} workers of job ${job} serve, ${seconds(submitted)} after sbatch`);

  const runs = [];
  for (const on of ['local', 'queue']) {
    const since = performance.now();
    const { status, tasks } = nxFlow('run', 'squares', `--on=${on}`);
    const { artifacts } = nxFlow('dump', `squares/${runs.length + 1}/all`);
    runs.push(artifacts);
    const by = {};
    for (const one of artifacts.by) by[one] = (by[one] ?? 0) + 1;
    told(
      `run --on=${on}: ${status}, ${tasks.done} tasks in ${seconds(since)}, by worker ${JSON.stringify(by)}`,
    );
  }
  const [here, there] = runs.map(({ squares }) => JSON.stringify(squares));
  if (here !== there) throw new Error(`The results differ: ${here} here, ${there} there.`);
  if (new Set(runs[1].by).size !== WORKERS) throw new Error('Not every worker took a task.');

  const ending = performance.now();
  cluster.ask('scancel', '--signal=TERM', '--batch', job);
  await until('the end of the workers', () => cluster.ask('squeue', '-h') === '', 60);
  const ends = readdirSync(place).filter((name) => /^worker-\d+\.out$/.test(name));
  const inOrder = ends.filter((name) => readFileSync(join(place, name), 'utf8').includes(' has ended.'));
  if (inOrder.length !== WORKERS) throw new Error(`Only ${inOrder.length} workers ended in order.`);
  if (nxFlow('queue').workers.length > 0) throw new Error('Workers that have ended are in the list.');
  told(`both workers ended in order, ${seconds(ending)} after scancel --signal=TERM`);
  worked = true;
} catch (error) {
  console.error(error.message);
  if (cluster) console.error(cluster.said());
} finally {
  await cluster?.close();
  await redis?.end();
  for (const one of [folder, cluster?.place])
    if (one !== undefined) rmSync(one, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
told(worked ? 'The result is that of a run here; nothing is left.' : 'It has failed; nothing is left.');
process.exit(worked ? 0 : 1);
