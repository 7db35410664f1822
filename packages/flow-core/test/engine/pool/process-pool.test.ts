import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PoolBench } from '../../../src/engine/pool/contract-bench';
import { type Job, kindOf } from '../../../src/engine/pool/job';
import type { PoolHost } from '../../../src/engine/pool/pool';
import { ProcessPool } from '../../../src/engine/pool/process-pool';
import { WorkerProcess } from '../../../src/engine/pool/worker-process';
import { nextState } from '../../../src/engine/pool/worker-state';

/** How many workers import the flow, and how many there are, each time that one more is started. */
function watchStarts(): { importing: number; all: number }[] {
  const starts: { importing: number; all: number }[] = [];
  const workers: WorkerProcess[] = [];
  const { begin } = WorkerProcess.prototype;
  jest.spyOn(WorkerProcess.prototype, 'begin').mockImplementation(function (this: WorkerProcess, ...args) {
    workers.push(this);
    starts.push({
      importing: workers.filter(({ state }) => state === 'loading').length,
      all: workers.length,
    });
    return begin.apply(this, args);
  });
  return starts;
}

afterEach(() => jest.restoreAllMocks());

const open = (loading?: number) =>
  PoolBench.open(
    ({ file, graph, host, folder, max }) => ({
      pool: new ProcessPool({
        file,
        flow: graph.flow,
        cas: folder,
        max,
        ...(loading ? { loading } : {}),
      }).attach(host),
      width: max,
    }),
    8,
  );

test('two tasks start two workers, however many there may be', async () => {
  const starts = watchStarts();
  const bench = await open();
  try {
    const jobs = [0, 1].map((index) => bench.add('waits', { index }));
    bench.pool.wake();
    await Promise.all([bench.appears('at-0'), bench.appears('at-1')]);
    bench.say('go');
    for (const job of jobs) expect((await bench.host.outcome(job)).status).toBe('done');
    expect(starts).toHaveLength(2);
  } finally {
    await bench.dispose();
  }
});

test('workers import the flow a few at a time, and in the end all that are needed are at work', async () => {
  const starts = watchStarts();
  const bench = await open(1);
  try {
    const jobs = [0, 1, 2].map((index) => bench.add('waits', { index }));
    bench.pool.wake();
    await Promise.all([0, 1, 2].map((index) => bench.appears(`at-${index}`)));
    bench.say('go');
    for (const job of jobs) expect((await bench.host.outcome(job)).status).toBe('done');
    expect(starts).toEqual([
      { importing: 1, all: 1 },
      { importing: 1, all: 2 },
      { importing: 1, all: 3 },
    ]);
  } finally {
    await bench.dispose();
  }
});

/** A host that gives each worker jobs of its kind alone, as a run does. */
function byKind(host: PoolHost): PoolHost {
  const waiting: Job[] = [];
  const next = host.pull.bind(host);
  const all = () => {
    for (let job = next(); job; job = next()) waiting.push(job);
    return waiting;
  };
  return Object.assign(host, {
    pull(kind = '') {
      const at = all().findIndex((job) => kindOf(job) === kind);
      return at < 0 ? undefined : waiting.splice(at, 1)[0];
    },
    pending: (kind: string) => all().filter((job) => kindOf(job) === kind).length,
    kinds: () => [...new Set(all().map(kindOf))],
  });
}

test('quick tasks of one kind do not keep those of another from a worker of their own', async () => {
  const packages = mkdtempSync(join(tmpdir(), 'nx-flow-pool-'));
  writeFileSync(join(packages, 'installed.json'), '{"versions":{}}');
  const bench = await PoolBench.open(
    ({ file, graph, host, folder, max }) => ({
      pool: new ProcessPool({ file, flow: graph.flow, cas: folder, max }).attach(byKind(host)),
      width: max,
    }),
    3,
  );
  const add = (step: string, index?: number) =>
    Object.assign(bench.add(step, index === undefined ? {} : { index }), {
      packages: { folder: packages, names: [] },
    });
  try {
    const quick = async () => {
      const job = bench.add('shared');
      bench.pool.wake();
      await bench.host.outcome(job);
    };
    // Each kind has a worker that is at work.
    const first = add('shared');
    bench.pool.wake();
    await bench.host.outcome(first);
    await quick();
    let met = false;
    const meeting = Promise.all([bench.appears('at-0'), bench.appears('at-1')]).then(() => {
      met = true;
    });
    add('waits', 0);
    add('waits', 1);
    while (!met) await quick();
    await meeting;
  } finally {
    await bench.dispose();
    rmSync(packages, { recursive: true });
  }
});

test('a worker takes no step that its state does not allow', () => {
  expect(nextState('loading', 'idle')).toBe('idle');
  expect(() => nextState('gone', 'busy')).toThrow('A worker that is gone cannot become busy');
});
