import { until, Workspace } from '../kit/workspace';

let ws: Workspace;
beforeEach(() => {
  ws = new Workspace().shareProcess();
});
afterEach(() => ws.dispose());

const workers = (workspace: Workspace) =>
  workspace.processes().filter(({ command }) => command.includes('worker.js'));
const tasksOf = async (workspace: Workspace, flow: string, step: string) =>
  (await workspace.ok(['show', flow, `1/${step}`, '--json'])).json.tasks as {
    pathspec: string;
    status: string;
    index: number[];
    error?: { message: string };
  }[];

/** Five splits, all at work at once; each tells its process, and waits for a word. */
const FIVE = `const start = f.start(() => ({ ns: [0, 1, 2, 3, 4] }));
   const work = f.foreach('work', { after: start, over: 'ns' }, async ({ input }) => {
     tell('at' + input, String(process.pid));
     await hear('go');
     return { n: input };
   });
   const all = f.join('all', { after: work }, ({ inputs }) => ({ sum: inputs.reduce((sum, { n }) => sum + n, 0) }));
   export default f.end(all);`;
const fiveAtWork = () => Promise.all([0, 1, 2, 3, 4].map(async (n) => Number(await ws.hear(`at${n}`))));

test('kill -9 of a worker in mid-task fails that task only', async () => {
  ws.flow('five', FIVE);
  const run = ws.start(['run', 'five', '--max-workers=5', '--json']);
  const pids = await fiveAtWork();
  expect(new Set(pids).size).toBe(5);
  process.kill(pids[3] as number, 'SIGKILL');
  await run.printed('failed after');
  ws.tell('go');
  const done = await run.done;
  expect(done).toMatchObject({ code: 1, json: { status: 'failed', tasks: { done: 5, failed: 1 } } });
  expect(done.json.error.code).toBe('FLOW_WORKER_DIED');
  const tasks = await tasksOf(ws, 'five', 'work');
  expect(tasks.map(({ status, index }) => [index[0], status])).toEqual([
    [0, 'done'],
    [1, 'done'],
    [2, 'done'],
    [3, 'failed'],
    [4, 'done'],
  ]);
  expect(tasks[3]?.error?.message).toBe(
    'The worker process was killed by SIGKILL in the middle of the task.',
  );
});

test('a step that leaves its process fails that task alone, however quick the others are; what it printed is kept', async () => {
  ws.flow(
    'leaves',
    `const start = f.start(() => ({ ns: Array.from({ length: 60 }, (_, n) => n) }));
     const work = f.foreach('work', { after: start, over: 'ns' }, ({ input }) => {
       if (input === 41) { console.log('last words'); process.exit(3); }
       return {};
     });
     export default f.end(f.join('all', { after: work }, () => ({})));`,
  );
  const done = await ws.nxFlow(['run', 'leaves', '--max-workers=2', '--json']);
  expect(done).toMatchObject({ code: 1, json: { tasks: { done: 60, failed: 1 } } });
  const failed = (await tasksOf(ws, 'leaves', 'work')).filter(({ status }) => status === 'failed');
  expect(failed).toMatchObject([
    { index: [41], error: { message: 'The worker process exited with code 3 in the middle of the task.' } },
  ]);
  expect((await ws.ok(['logs', 'leaves', failed[0]?.pathspec as string])).stdout).toBe('last words\n');
});

test('a task that nothing can wake any more fails at once; one that waits for anything does not', async () => {
  ws.flow(
    'stuck',
    `import { execFile } from 'node:child_process';
     import { promisify } from 'node:util';
     import { Worker } from 'node:worker_threads';
     import { lookup } from 'node:dns/promises';
     import { createServer, connect } from 'node:net';
     const waits: Record<string, () => unknown> = {
       never: () => new Promise(() => {}),
       timer: () => new Promise((done) => setTimeout(done, 40)),
       child: () => promisify(execFile)(process.execPath, ['-e', '0']),
       thread: () => new Promise((done) => new Worker('require("node:worker_threads").parentPort.postMessage(1)', { eval: true }).once('message', done)),
       key: () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']),
       module: () => import('node:zlib'),
       lookup: () => lookup('localhost'),
       socket: () => new Promise((done) => {
         const server = createServer((socket) => socket.end('x')).listen(0, '127.0.0.1', () =>
           connect((server.address() as any).port, '127.0.0.1').on('data', () => server.close(done)));
       }),
       nothing: () => {},
     };
     const start = f.start(() => ({ ways: Object.keys(waits) }));
     const way = f.foreach('way', { after: start, over: 'ways' }, async ({ input }) => {
       await waits[input]?.();
       return { input };
     });
     export default f.end(f.join('all', { after: way }, () => ({})));`,
  );
  const { code, stdout, stderr } = await ws.nxFlow(['run', 'stuck', '--json', '--max-workers=2']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    tasks: { done: 9, failed: 1 },
    error: {
      code: 'FLOW_STEP_STUCK',
      message: 'The step waits for a promise that nothing can settle any more.',
    },
  });
  expect(stderr).toContain('FLOW_STEP_STUCK');
});

test('kill -9 of the broker in mid-run loses nothing', async () => {
  ws.flow('five', FIVE);
  const run = ws.start(['run', 'five', '--max-workers=5', '--json']);
  await fiveAtWork();
  for (const pid of ws.brokers()) process.kill(pid, 'SIGKILL');
  ws.tell('go');
  expect(await run.done).toMatchObject({
    code: 0,
    json: { pathspec: 'five/1', tasks: { done: 8, failed: 0 } },
  });
  const [dumped, shown] = await Promise.all([
    ws.ok(['dump', 'five', '--json']),
    ws.ok(['show', 'five', '1', '--json']),
  ]);
  expect(dumped.json.artifacts).toEqual({ sum: 10 });
  expect(shown.json.steps.map(({ step, done }: { step: string; done: number }) => [step, done])).toEqual([
    ['start', 1],
    ['work', 5],
    ['all', 1],
    ['end', 1],
  ]);
});

test('kill -9 of the coordinator leaves nothing alive, not even a step in an endless loop; the run is shown as killed', async () => {
  ws.flow(
    'endless',
    `const start = f.start(() => ({ ns: [0, 1, 2] }));
     const work = f.foreach('work', { after: start, over: 'ns' }, async ({ input }) => {
       tell('at' + input);
       if (input === 1) for (;;) {}
       await hear('never');
     });
     export default f.end(f.join('all', { after: work }, () => ({})));`,
  );
  const run = ws.start(['run', 'endless', '--max-workers=3']);
  await Promise.all([0, 1, 2].map((n) => ws.hear(`at${n}`)));
  process.kill(run.pid, 'SIGKILL');
  await run.done;
  await ws.quiet();
  const runs = await ws.ok(['runs', 'endless']);
  expect(runs.stdout).toContain('killed');
  expect((await ws.ok(['show', 'endless', '1', '--json'])).json.status).toBe('killed');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends a run cleanly: recorded as failed, with what was under way, and exit code %i',
  async (signal, exit) => {
    ws.flow(
      'stopped',
      `const start = f.start(() => ({ ns: [0, 1] }));
     const work = f.foreach('work', { after: start, over: 'ns' }, async ({ input }) => {
       console.log('before ' + input);
       tell('at' + input);
       if (input === 1) for (;;) {}
       await hear('never');
     });
     export default f.end(f.join('all', { after: work }, () => ({})));`,
    );
    const run = ws.start(['run', 'stopped', '--max-workers=2', '--json']);
    await Promise.all([0, 1].map((n) => ws.hear(`at${n}`)));
    process.kill(run.pid, signal);
    const done = await run.done;
    expect(done).toMatchObject({
      code: exit,
      json: {
        pathspec: 'stopped/1',
        status: 'failed',
        tasks: { done: 1, failed: 2 },
        error: { code: 'FLOW_INTERRUPTED' },
      },
    });
    await ws.quiet();
    expect((await ws.ok(['show', 'stopped', '--json'])).json.status).toBe('failed');
    expect((await tasksOf(ws, 'stopped', 'work')).map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect((await ws.ok(['logs', 'stopped', '1/work/2'])).stdout).toBe('before 0\n');
  },
);

test('four processes that run, spin and dump at once on one store all succeed', async () => {
  ws.flow(
    'shared',
    `const start = f.start(() => ({ ns: [1, 2, 3], bytes: Buffer.alloc(100_000, 7) }));
     const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({ n: input * 2 }));
     const all = f.join('all', { after: n }, ({ inputs }) => ({ ...merge(inputs, { exclude: ['n'] }), all: inputs.map((i) => i.n) }));
     export default f.end(all);`,
  );
  await ws.ok(['run', 'shared', '--max-workers=1']);
  const alone = async (...args: string[]) => {
    const { code, json } = await ws.start(args).done;
    expect(code).toBe(0);
    return json;
  };
  for (let round = 0; round < 2; round++) {
    const four = await Promise.all([
      alone('run', 'shared', '--max-workers=1', '--json'),
      alone('run', 'shared', '--max-workers=1', '--json'),
      // Of a run that goes on, it might take the splits before their join is recorded: then there is nothing to compare with.
      alone('spin', 'shared', '1/all', '--json'),
      alone('dump', 'shared', '1/end', '--include=all', '--json'),
    ]);
    expect(four[2].artifacts.all).toMatchObject({ change: 'same' });
    expect(four[3].artifacts).toEqual({ all: [2, 4, 6] });
  }
  const { runs } = (await ws.ok(['runs', 'shared', '--json'])).json;
  expect(
    runs.map(({ pathspec, status }: { pathspec: string; status: string }) => `${pathspec} ${status}`),
  ).toEqual([5, 4, 3, 2, 1].map((n) => `shared/${n} done`));
});

test('workers are reused, and no more than --max-workers; `isolate` gives each task a fresh one', async () => {
  ws.flow(
    'pids',
    `const start = f.start(() => ({ ns: [0, 1, 2, 3, 4, 5], seen: [process.pid] }));
     const mark = () => { const g = globalThis as { used?: number }; g.used = (g.used ?? 0) + 1; return { pid: process.pid, used: g.used }; };
     const reused = f.foreach('reused', { after: start, over: 'ns' }, async ({ input }) => {
       tell('in' + input);
       // Never more than two at once, and always two.
       if (input < 2) await hearAll('in', 2);
       return mark();
     });
     const one = f.join('one', { after: reused }, ({ inputs }) => ({
       ...merge(inputs, { exclude: ['pid', 'used'] }), pids: inputs.map((i) => i.pid), most: Math.max(...inputs.map((i) => i.used)),
     }));
     const fresh = f.foreach('fresh', { after: one, over: 'ns', isolate: true }, () => mark());
     const two = f.join('two', { after: fresh }, ({ inputs }) => ({
       ...merge(inputs, { exclude: ['pid', 'used'] }), fresh: inputs.map((i) => i.pid), uses: inputs.map((i) => i.used),
     }));
     export default f.end(two);`,
  );
  const run = ws.start(['run', 'pids', '--max-workers=2']);
  let most = 0;
  let over = false;
  run.done.then(() => {
    over = true;
  });
  await until(
    () => {
      most = Math.max(most, workers(ws).length);
      return over;
    },
    'the run',
    90_000,
  );
  expect((await run.done).code).toBe(0);
  const { artifacts } = (await ws.ok(['dump', 'pids', '--json'])).json;
  expect(new Set(artifacts.pids).size).toBe(2);
  expect(artifacts.most).toBeGreaterThan(1);
  expect(new Set(artifacts.fresh).size).toBe(6);
  expect(artifacts.uses).toEqual([1, 1, 1, 1, 1, 1]);
  for (const pid of artifacts.fresh) expect(artifacts.pids).not.toContain(pid);
  // One that is leaving may still be there while the next one comes.
  expect(most).toBeLessThanOrEqual(4);
});

test('quick tasks given ahead do not wait behind a slow one while another worker is free', async () => {
  ws.flow(
    'uneven',
    `const start = f.start(() => ({ ns: Array.from({ length: 200 }, (_, n) => n) }));
     const work = f.foreach('work', { after: start, over: 'ns' }, async ({ input }) => {
       if (input !== 30) return tell('done' + input);
       // The slow one ends when all the others have.
       await hearAll('done', 199);
     });
     export default f.end(f.join('all', { after: work }, () => ({})));`,
  );
  const done = await ws.nxFlow(['run', 'uneven', '--max-workers=2', '--json']);
  expect(done.json).toMatchObject({ status: 'done', tasks: { done: 203 } });
});

test('a flow that loads in the command and not in a worker ends the run, and says why', async () => {
  ws.write(
    'onlyhere.flow.ts',
    `import { flow } from '@nx-flow/core';
if (process.send) throw new Error('not in a worker');
const f = flow('onlyhere');
export default f.end(f.start(() => ({})));
`,
  );
  const failed = await ws.start(['run', 'onlyhere', '--json']).done;
  expect(failed).toMatchObject({ code: 2, json: { status: 'failed', error: { code: 'FLOW_IMPORT' } } });
  expect(failed.json.error.message).toContain('not in a worker');
  ws.write(
    'dies.flow.ts',
    `import { flow } from '@nx-flow/core';
if (process.send) process.exit(5);
const f = flow('dies');
export default f.end(f.start(() => ({})));
`,
  );
  expect((await ws.start(['run', 'dies', '--json']).done).json.error).toMatchObject({
    code: 'FLOW_IMPORT',
    message: expect.stringContaining('calls process.exit(5) at'),
  });
});
