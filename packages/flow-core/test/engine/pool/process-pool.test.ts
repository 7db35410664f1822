import { PoolBench } from '../../../src/engine/pool/contract-bench';
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

test('a worker takes no step that its state does not allow', () => {
  expect(nextState('loading', 'idle')).toBe('idle');
  expect(() => nextState('gone', 'busy')).toThrow('A worker that is gone cannot become busy');
});
