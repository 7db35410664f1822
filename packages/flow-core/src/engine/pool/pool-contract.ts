/**
 * What every {@link Pool} does, as tests: an implementation is one when it passes them. What it lacks, it says.
 *
 * @example
 * import { describe, test } from 'node:test';
 *
 * poolContract(
 *   'in this process',
 *   ({ graph, cas, host }) => ({ pool: new InProcessPool(graph, cas, host), width: 1 }),
 *   { processes: false, timeouts: false },
 *   { describe, test },
 * );
 */
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import type { TaskCard } from '../../definition/step-cards';
import type { ContractRunner } from '../../store/kv/kv-contract';
import type { TaskOutcome } from '../task/task';
import { type OpenedPool, PoolBench, type PoolSetup } from './contract-bench';

export interface PoolSupports {
  /** Tasks are in processes of their own: one that dies fails alone, and none sees what another changed there. */
  processes: boolean;
  /** A task that exceeds its step's `timeout` fails. */
  timeouts: boolean;
}

export function poolContract(
  name: string,
  open: (setup: PoolSetup) => OpenedPool,
  supports: PoolSupports,
  runner: ContractRunner,
): void {
  const specify = (sentence: string, max: number, body: (bench: PoolBench) => Promise<void>) =>
    runner.test(sentence, async () => {
      const bench = await PoolBench.open(open, max);
      try {
        await body(bench);
      } finally {
        await bench.dispose();
      }
    });
  runner.describe(`${name} keeps the contract of Pool`, () => {
    always(specify);
    if (supports.processes) processes(specify);
    if (supports.timeouts) timeouts(specify);
  });
}

type Specify = (sentence: string, max: number, body: (bench: PoolBench) => Promise<void>) => void;

function always(specify: Specify): void {
  specify(
    'a task that it pulls has started, and is finished with what its step returned',
    1,
    async (bench) => {
      const job = bench.add('reads', { attempt: 2 });
      bench.pool.wake();
      const outcome = await bench.host.outcome(job);
      assert.equal(bench.returned(outcome).seen, '3 reads 2');
      assert.ok(outcome.startedAt > 0 && outcome.durationMs >= 0);
      assert.deepEqual(bench.host.heard(job), ['started', 'finished']);
    },
  );

  specify('what a task prints belongs to it, and comes before its end', 1, async (bench) => {
    const job = bench.add('prints');
    bench.pool.wake();
    await bench.host.outcome(job);
    assert.deepEqual(bench.host.heard(job), ['started', 'stdout one line\n', 'finished']);
  });

  specify('what a task shows is heard while it is at work, and once more at its end', 1, async (bench) => {
    const job = bench.add('shows');
    bench.pool.wake();
    const { cards } = await bench.host.outcome(job);
    const [started, shown = '', ...others] = bench.host.heard(job);
    assert.deepEqual([started, others.at(-1)], ['started', 'finished']);
    assert.match(shown, /^card default .*"value":-?[1-9]/);
    const [
      {
        id,
        document: { blocks },
      },
    ] = cards as [TaskCard];
    assert.equal(id, 'default');
    assert.equal(blocks.map((block) => (block as { value?: number }).value).join(), '-1');
  });

  specify('a task that throws fails with its error, and the next ones are executed', 1, async (bench) => {
    const failing = bench.add('throws');
    const next = bench.add('reads');
    bench.pool.wake();
    const outcome = await bench.host.outcome(failing);
    assert.ok(outcome.status === 'failed');
    assert.equal(outcome.failure.error.name, 'RangeError');
    assert.equal(outcome.failure.error.message, 'as it must');
    assert.equal((await bench.host.outcome(next)).status, 'done');
  });

  specify('what is added later is pulled when it is woken', 1, async (bench) => {
    bench.pool.wake();
    const first = bench.add('reads');
    bench.pool.wake();
    await bench.host.outcome(first);
    const second = bench.add('reads');
    bench.pool.wake();
    assert.equal((await bench.host.outcome(second)).status, 'done');
  });

  specify('a view that is read from somewhere is waited for', 1, async (bench) => {
    bench.host.slowly = true;
    const job = bench.add('reads');
    bench.pool.wake();
    assert.equal(bench.returned(await bench.host.outcome(job)).seen, '3 reads 0');
  });

  specify('as many tasks are under way as it has room for, and no more are pulled', 3, async (bench) => {
    const jobs = Array.from({ length: bench.width + 1 }, (_, index) => bench.add('waits', { index }));
    bench.pool.wake();
    await Promise.all(jobs.slice(0, -1).map((_, index) => bench.appears(`at-${index}`)));
    assert.equal(bench.host.pending(''), 1);
    bench.say('go');
    for (const job of jobs) assert.equal((await bench.host.outcome(job)).status, 'done');
  });

  specify('nothing is reported after it was closed', 1, async (bench) => {
    const job = bench.add('waits', { index: 0 });
    bench.add('reads');
    bench.pool.wake();
    await bench.appears('at-0');
    await bench.pool.close();
    bench.say('go');
    bench.pool.wake();
    await new Promise(setImmediate);
    assert.deepEqual(bench.host.heard(job), ['started']);
  });
}

function processes(specify: Specify): void {
  specify('a task that ends its process fails, and no other does', 1, async (bench) => {
    const dying = bench.add('dies');
    const next = bench.add('reads');
    bench.pool.wake();
    assert.equal(codeOf(await bench.host.outcome(dying)), 'FLOW_WORKER_DIED');
    assert.equal((await bench.host.outcome(next)).status, 'done');
  });

  specify('an isolated task has a process that no other task is in', 1, async (bench) => {
    const jobs = ['shared', 'alone', 'shared'].map((step) => bench.add(step));
    bench.pool.wake();
    const pids: unknown[] = [];
    for (const job of jobs) pids.push(bench.returned(await bench.host.outcome(job)).pid);
    assert.equal(pids.indexOf(pids[1]), pids.lastIndexOf(pids[1]));
  });

  specify('a task sees nothing of what the one before changed in its process', 1, async (bench) => {
    bench.add('changes');
    const job = bench.add('looks');
    bench.pool.wake();
    const { environment, cwd } = bench.returned(await bench.host.outcome(job));
    assert.equal(environment, 'unset');
    assert.equal(cwd, realpathSync(bench.host.run.cwd));
  });

  specify('what a task prints after its end is said, and is no part of another', 1, async (bench) => {
    const job = bench.add('goesOn');
    bench.pool.wake();
    await bench.host.outcome(job);
    bench.say('go');
    assert.deepEqual(await bench.host.saidLate, { task: job.spec.task, text: 'after its end\n' });
  });
}

function timeouts(specify: Specify): void {
  specify(
    'a task fails after its timeout, also when it never yields; the next one is executed',
    1,
    async (bench) => {
      const late = [bench.add('sleeps'), bench.add('spins')];
      const next = bench.add('reads');
      bench.pool.wake();
      for (const job of late) assert.equal(codeOf(await bench.host.outcome(job)), 'FLOW_TIMEOUT');
      assert.equal((await bench.host.outcome(next)).status, 'done');
    },
  );
}

const codeOf = (outcome: TaskOutcome) =>
  outcome.status === 'failed' ? outcome.failure.error.code : outcome.status;
