/** Whole runs over a queue: workers that are lost, a server that forgets, coordinators that die, code that differs, Ctrl-C. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateQueue, queueOverview } from '../../src';
import { someServers, type TestServer } from '../kit/servers';
import { SIGNALS, Site } from '../kit/site';

const FLOW = `
import { flow } from '@nx-flow/core';
import { hear, note, tell } from './signals';
const f = flow('squares');
const start = f.start(() => ({ list: [0, 1, 2, 3] }));
const each = f.foreach('each', { after: start, over: 'list' }, async ({ input, log }) => {
  note('executed', String(input));
  log(\`at \${input}\`);
  if (input === 2) {
    tell('at-2', String(process.pid));
    await hear('go');
  }
  return { square: input * input };
});
const sum = f.join('sum', { after: each }, ({ inputs }) => ({
  total: inputs.reduce((total, { square }) => total + square, 0),
}));
export default f.end(sum);
`;
const SECRET = `
import { flow } from '@nx-flow/core';
const f = flow('secret');
const start = f.start(() => ({}));
const asks = f.step('asks', { after: start, secrets: ['TOKEN'] }, ({ log }) => {
  log(\`with \${process.env.TOKEN}\`);
  process.stderr.write(\`past \${process.env.TOKEN}\\n\`);
});
export default f.end(asks);
`;
const ZOMBIE = `
import { flow } from '@nx-flow/core';
import { hear, tell } from './signals';
const f = flow('zombie');
const start = f.start(() => ({}));
const one = f.step('one', { after: start }, async ({ log }) => {
  log('at one');
  tell('at-one');
  await hear('go');
  return { pid: process.pid };
});
const last = f.step('last', { after: one }, async () => hear('end'));
export default f.end(last);
`;
const NEEDS = `
import { flow } from '@nx-flow/core';
const f = flow('needs');
const start = f.start(() => ({ list: [0, 1, 2] }));
const each = f.foreach('each', { after: start, over: 'list', resources: { gpu: 2 } }, ({ input }) => ({ input }));
export default f.end(f.join('all', { after: each }, () => ({})));
`;
const FILES = {
  'zombie.flow.ts': ZOMBIE,
  'needs.flow.ts': NEEDS,
  'secret.flow.ts': SECRET,
  'squares.flow.ts': FLOW,
  'signals.ts': SIGNALS,
};

/** What other tests prove for the most part is left to `npm test -- --whole`. */
const whole: (...args: Parameters<typeof test>) => void = process.env.WHOLE === '1' ? test : () => {};

describe.each(someServers())('a run over a queue on %s', (_, start) => {
  let server: TestServer;
  let site: Site;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  let url: string;
  beforeEach(async () => {
    // Workers of another test are known for a while.
    url = await server.fresh();
    await migrateQueue(url);
    site = new Site(url, FILES);
  });
  afterEach(() => site.close());

  /** Everything is there once, and right. */
  async function isWhole(run: number) {
    const found = await site.recorded('squares', run);
    expect(found.row?.status).toBe('done');
    expect(found.tasks.map(({ step, status }) => `${step} ${status}`).sort()).toEqual(
      ['start', 'each', 'each', 'each', 'each', 'sum', 'end'].map((step) => `${step} done`).sort(),
    );
    const total = Object.values(found.values).find((values) => 'total' in values)?.total;
    expect(total).toBe(14);
    return found;
  }

  test('a worker that is killed in the middle of a task: it begins again elsewhere, and is recorded once', async () => {
    const first = await site.agent('a');
    const run = site.run('squares');
    await site.hear('at-2');
    await site.agent('b');
    await first.kill();
    await run.event(({ type }) => type === 'worker-lost');
    site.tell('go');
    const outcome = await run.outcome;
    expect(outcome).toMatchObject({ status: 'done', tasks: { done: 7, failed: 0 } });
    const { tasks, logs } = await isWhole(outcome.run);
    const log = Object.values(logs).find((text) => text.includes('begins again'));
    expect(log).toBe(
      `at 2\nThe worker ${first.id} was lost while this task was executed: the task begins again.\nat 2\n`,
    );
    expect(tasks.filter(({ attempts }) => attempts !== undefined)).toEqual([]);
  });

  test('a server that restarts, and has forgotten what it had: that is sent again', async () => {
    await site.agent('a');
    const run = site.run('squares');
    await site.hear('at-2');
    await server.kill();
    await server.start();
    // The task that was under way is not heard of any more, under the fence that it had.
    site.tell('go');
    const outcome = await run.outcome;
    expect(outcome).toMatchObject({ status: 'done', tasks: { done: 7, failed: 0 } });
    await isWhole(outcome.run);
  });

  test('a worker that was taken for lost, and goes on: what it says is not recorded', async () => {
    const first = await site.agent('a');
    const run = site.run('zombie');
    await site.hear('at-one');
    await run.event(({ type }) => type === 'task-log');
    first.child.kill('SIGSTOP');
    // What it is at ends, and it cannot say so.
    site.tell('go');
    const second = await site.agent('b');
    await run.event(({ type }) => type === 'worker-lost');
    const isAt = async (id: string, ...steps: string[]) => {
      const { workers } = await queueOverview(url);
      const worker = workers.find((one) => one.id === id);
      return worker?.running.map(({ step }) => step).join() === steps.join();
    };
    // Else the first one might take the last task.
    await until(() => isAt(second.id, 'last'));
    first.child.kill('SIGCONT');
    await until(() => isAt(first.id));
    site.tell('end');
    const { status, run: number } = await run.outcome;
    expect(status).toBe('done');
    const { logs, tasks } = await site.recorded('zombie', number);
    expect(tasks.map(({ step }) => step).sort()).toEqual(['end', 'last', 'one', 'start']);
    const log = Object.entries(logs).find(([label]) => label.startsWith('one/'))?.[1];
    expect(log?.match(/at one/g)).toHaveLength(2);
  });

  whole(
    'tasks that need more than any worker has are told; one that has enough takes them, and no more at once',
    async () => {
      await site.agent('a', { slots: 3, resources: { gpu: 1 } });
      const run = site.run('needs');
      const told = await run.event(({ type }) => type === 'queue-unserved');
      expect(told).toMatchObject({ queue: 'default', queues: ['default'], resources: '{"gpu":2}' });
      await site.agent('b', { slots: 3, resources: { gpu: 3 } });
      expect(await run.outcome).toMatchObject({ status: 'done', tasks: { done: 6, failed: 0 } });
    },
  );

  test('a coordinator that is killed: its workers end its tasks, and the resumed run is right', async () => {
    const agent = await site.agent('a', { beatMs: 200 });
    const run = site.run('squares');
    const pid = Number(await site.hear('at-2'));
    await run.kill();
    await until(() => !isAlive(pid));
    await until(async () => (await queueOverview(url)).queues[0]?.active === 0);
    site.tell('go');
    const resumed = site.run('squares', { resume: 1 });
    const outcome = await resumed.outcome;
    expect(outcome).toMatchObject({ status: 'done', run: 2 });
    await isWhole(2);
    expect(await agent.stop()).toBe(0);
  });

  test('Ctrl-C ends what is under way, and leaves nothing in the queue', async () => {
    await site.agent('a');
    const run = site.run('squares');
    const pid = Number(await site.hear('at-2'));
    // Workers write of themselves from time to time.
    await until(async () => (await queueOverview(url)).workers[0]?.running[0]?.step === 'each');
    expect(await queueOverview(url)).toMatchObject({
      workers: [{ running: [{ flow: 'squares', run: '1', step: 'each', count: 1 }] }],
      queues: [{ queue: 'default', active: 1, workers: 1, slots: 1 }],
      runs: [{ flow: 'squares', run: '1', active: 1, queues: ['default'] }],
    });
    run.interrupt();
    expect(await run.outcome).toMatchObject({ status: 'failed', error: { code: 'FLOW_INTERRUPTED' } });
    expect(isAlive(pid)).toBe(false);
    await until(async () => (await queueOverview(url)).queues[0]?.active === 0);
    const { workers, queues, runs, abandoned } = await queueOverview(url);
    expect(workers).toHaveLength(1);
    expect(queues).toEqual([{ queue: 'default', waiting: 0, active: 0, workers: 1, slots: 1 }]);
    expect({ runs, abandoned }).toEqual({ runs: [], abandoned: { waiting: 0, active: 0 } });
  });

  test('a worker that is asked to end finishes what it began, and gives back the rest', async () => {
    const first = await site.agent('a');
    const run = site.run('squares', { max: 1 });
    await site.hear('at-2');
    const stopped = first.stop();
    await site.agent('b');
    site.tell('go');
    expect(await stopped).toBe(0);
    const outcome = await run.outcome;
    expect(outcome).toMatchObject({ status: 'done', tasks: { done: 7, failed: 0 } });
    await isWhole(outcome.run);
    // Nothing was begun twice.
    expect(readFileSync(join(site.signals, 'executed'), 'utf8').split('\n').sort().join('')).toBe('0123');
  });

  whole('a worker that has had nothing to do for long enough ends by itself', async () => {
    const { child } = await site.agent('a', { beatMs: 50, idleExitMs: 100 });
    expect((await once(child, 'exit'))[0]).toBe(3);
    expect((await queueOverview(url)).workers).toEqual([]);
  });

  test('other code is refused in the words of why; a worker with the same code takes it, and without one it fails', async () => {
    const other = site.checkout('other', {
      'squares.flow.ts': FLOW.replace('input * input', 'input + input'),
    });
    const refusing = await site.agent('other', { workspace: other });
    site.tell('go');
    const failed = await site.run('squares').outcome;
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'FLOW_WORKER_CODE' } });
    expect(failed.error?.message).toContain(`${refusing.id}: its code differs: `);
    expect(failed.error?.message).toContain('squares.flow.ts');
    await site.agent('a');
    const run = site.run('squares');
    const outcome = await run.outcome;
    expect(outcome.status).toBe('done');
    await isWhole(outcome.run);
  });

  test('secrets are those of the worker, and none of them is shown', async () => {
    // The run has another one: it would not mask that of the worker.
    const settings = { env: { TOKEN: 'token-of-the-run' } };
    const without = await site.agent('a', { env: { TOKEN: '' } });
    const failed = await site.run('secret', settings).outcome;
    expect(failed.error).toMatchObject({ code: 'FLOW_SECRET' });
    expect(failed.error?.message).toContain(
      `${without.id}: The step asks needs the secret TOKEN, which the worker has not in its environment.`,
    );
    await site.agent('b', { env: { TOKEN: 'token-of-the-worker' } });
    const { status, run } = await site.run('secret', settings).outcome;
    expect(status).toBe('done');
    const { logs } = await site.recorded('secret', run);
    const log = Object.entries(logs).find(([label]) => label.startsWith('asks/'))?.[1];
    expect(log).toMatch(/with .*\npast .*\n/);
    expect(log).not.toContain('token-of');
  });

  whole('a worker of two queues has no more at once than slots, and serves both', async () => {
    await site.agent('a', { queues: ['default', 'gpu'], slots: 1 });
    site.tell('go');
    const runs = [site.run('squares'), site.run('squares', { queue: 'gpu' })];
    for (const run of runs) {
      const outcome = await run.outcome;
      await isWhole(outcome.run);
    }
  });

  whole('a queue that nobody serves is told, with the queues that there are', async () => {
    await site.agent('a', { queues: ['gpu', 'default'] });
    const run = site.run('squares', { queue: 'tpu' });
    expect(await run.event(({ type }) => type === 'queue-unserved')).toMatchObject({
      queue: 'tpu',
      queues: ['default', 'gpu'],
      tasks: 1,
    });
    run.interrupt();
    await run.outcome;
  });

  test('a queue that is away is told; a run that has waited long enough ends, and can be resumed', async () => {
    await site.agent('a');
    const run = site.run('squares', { patienceMs: 300 });
    await site.hear('at-2');
    await server.kill();
    const outcome = await run.outcome;
    expect(run.events.map(({ type }) => type)).toContain('queue-away');
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'FLOW_QUEUE_AWAY' } });
    await server.start();
    site.tell('go');
    const resumed = await site.run('squares', { resume: outcome.run }).outcome;
    expect(resumed.status).toBe('done');
    await isWhole(resumed.run);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** There is no event for it: another process ends, or a server has heard of it. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
}
