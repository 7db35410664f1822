/** Processes that steps start end with their tasks, however those end; and a spun step cannot ignore a signal for ever. */
import { type Started, until, Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

/** No other process of this machine sleeps for so long. Seconds. */
const LONG = 40_000 + process.pid;
const sleepers = () => ws.processes().filter(({ command }) => command === `sleep ${LONG}`);
const kept = () => ws.processes().filter(({ command }) => command === `sleep ${LONG + 1}`);
const all = () => ws.processes().filter(({ command }) => /sleep|while|forked/.test(command));

/** Ways to start a process and leave it. */
const WAYS: Record<string, string> = {
  'a child': `spawn('sleep', [long]);`,
  'a shell with two children': `spawn('sh', ['-c', \`sleep \${long} & sleep \${long}\`]);`,
  'a child of one that has ended': `await sh(\`sleep \${long} > /dev/null 2>&1 &\`);`,
  'one in a group of its own': `spawn('sleep', [long], { detached: true, stdio: 'ignore' }).unref();`,
  'one in a group of its own, with a child in another': `
    spawn(process.execPath, ['-e', \`require('child_process').spawn('sleep', ['\${long}'], { detached: true }); setInterval(() => {}, 9)\`],
      { detached: true, stdio: 'ignore' }); await pause(150);`,
  'a fork': `fork(join(__dirname, 'forked.js'));`,
  'a command': `exec(\`sleep \${long}\`).on('error', () => {});`,
  'one that a timer starts later': `setTimeout(() => spawn('sleep', [long]), 1); await pause(5);`,
  'one that a dynamic import starts': `(await import('node:child_process')).execFile('sleep', [long]);`,
};
const BEGINNING = `
import { exec, execFile, execSync, fork, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { flow } from '@nx-flow/core';
const long = '${LONG}';
const sh = (command: string) => promisify(execFile)('sh', ['-c', command]);
void [exec, execFile, execSync, fork, spawn, existsSync, writeFileSync, join, pause, promisify, sh];
`;

let running: Started | undefined;
afterEach(() => void running?.child.kill('SIGKILL'));

beforeAll(() => {
  ws.write('forked.js', 'setInterval(() => {}, 9);');
  ws.write(
    'program.js',
    `if (process.argv[2] === 'spin') process.on('SIGHUP', () => {}).on('SIGTERM', () => process.exit(7));`,
  );
});

/** A flow with a split for each name. What it tells of each: why it failed, or what else it found of its kind before. */
const write = (name: string, bodies: Record<string, string>, options = '', before = '[]') =>
  ws.write(
    `${name}.flow.ts`,
    `${BEGINNING}
const ways: Record<string, () => Promise<void>> = {
${Object.entries(bodies)
  .map(([way, body]) => `  ${JSON.stringify(way)}: async () => { ${body} },`)
  .join('\n')}
};
const f = flow('${name}');
export const start = f.start(() => ({ names: Object.keys(ways) }));
export const each = f.foreach('each', { after: start, over: 'names', catch: 'why'${options} }, async ({ input }) => {
  const before = ${before};
  await ways[input]();
  return { before };
});
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({
  told: inputs.map(({ before, why }) => why?.code ?? why?.message ?? before),
})));
`,
  );

test('in a run, the next task finds none of what the last one started, and none is left', async () => {
  const sleeping = `execSync('ps -A -o args=').toString().split('\\n').filter((line) => line === 'sleep ' + long)`;
  write('ways', WAYS, '', sleeping);
  await ws.ok(['run', 'ways', '--max-workers=1']);
  const { told } = (await ws.ok(['dump', 'ways/1/all', '--json'])).json.artifacts;
  expect(told).toEqual(Object.keys(WAYS).map(() => []));
  expect(all()).toEqual([]);
});

test('a spin leaves none either', async () => {
  for (const [i, way] of Object.keys(WAYS).entries()) {
    // Each of the others is one of these with another name.
    if (/shell|fork|command/.test(way)) continue;
    const { code } = await ws.nxFlow(['spin', 'ways', 'each', `--index=${i}`]);
    expect([way, code]).toEqual([way, 0]);
    // The shell that guards them ends when it has heard that nothing is left.
    await until(
      () => all().length === 0,
      () => `the end of ${JSON.stringify(all())}`,
    );
  }
});

test('what is started with `keep` stays, in a run and after a spin, and what it starts', async () => {
  write('keeps', {
    spawn: `spawn('sleep', [String(+long + 1)], { keep: true, stdio: 'ignore' }).unref();`,
    exec: `exec(\`sleep \${+long + 1} > /dev/null 2>&1\`, { keep: true }).unref();`,
    execFile: `execFile('sleep', [String(+long + 1)], { keep: true }).unref();`,
    promise: `promisify(execFile)('sleep', [String(+long + 1)], { keep: true }).catch(() => {});`,
    fork: `fork(join(__dirname, 'keeper.js'), { keep: true, stdio: 'ignore' }).unref(); while (!existsSync('kept')) await pause(3);`,
  });
  ws.write(
    'keeper.js',
    `require('node:child_process').spawn('sleep', ['${LONG + 1}'], { stdio: 'ignore', detached: true }).unref();
     require('node:fs').writeFileSync('kept', ''); process.disconnect();`,
  );
  const end = () => {
    const pids = kept().map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids.length;
  };
  await ws.ok(['run', 'keeps', '--max-workers=1']);
  expect(end()).toBe(5);
  ws.removeFile('kept');
  for (const i of [0, 1, 2, 3, 4]) await ws.ok(['spin', 'keeps', 'each', `--index=${i}`]);
  expect(end()).toBe(5);
  await until(() => kept().length === 0, 'the end of what was kept');
});

test('however a task ends, so does what it started: also one that does not hear SIGTERM', async () => {
  const some = `spawn('sleep', [long]); spawn('sleep', [long], { detached: true, stdio: 'ignore' }); await sh(\`sleep \${long} > /dev/null 2>&1 &\`);`;
  const ends = {
    throws: [`${some} throw new Error('mine');`, 'mine'],
    'is killed': [`${some} process.kill(process.pid, 'SIGKILL');`, 'FLOW_WORKER_DIED'],
    'never yields': [`${some} for (;;);`, 'FLOW_TIMEOUT'],
    waits: [`${some} await pause(60_000);`, 'FLOW_TIMEOUT'],
    'waits for a command': [`execSync(\`sleep \${long}; true\`);`, 'FLOW_TIMEOUT'],
    'is done, but its child is deaf': [
      `spawn('sh', ['-c', \`trap '' TERM; while :; do sleep 0.05; done\`]); await pause(50);`,
      'done',
    ],
  } satisfies Record<string, [string, unknown]>;
  write(
    'ends',
    Object.fromEntries(Object.entries(ends).map(([name, [body]]) => [name, body])),
    `, timeout: '700ms'`,
  );
  await ws.ok(['run', 'ends', '--max-workers=2']);
  const { told } = (await ws.ok(['dump', 'ends/1/all', '--json'])).json.artifacts;
  expect(told.map((one: unknown) => (Array.isArray(one) ? 'done' : one))).toEqual(
    Object.values(ends).map(([, said]) => said),
  );
  expect(all()).toEqual([]);
});

test('a timeout ends a spin that is held up: by a process that it waits for, by a lock, or in a callback', async () => {
  const ways = {
    'a process': `execSync(\`sleep \${long}\`);`,
    'another each time, in a group of its own': `for (;;) try { execSync(\`trap '' TERM; sleep \${long} & sleep \${long}\`, { detached: true } as object); } catch {}`,
    'a process, in a timer': `await new Promise(() => setTimeout(() => execSync(\`sleep \${long}\`), 1));`,
    'a lock': `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    'a loop in a callback': `await new Promise(() => setImmediate(() => { for (;;); }));`,
  };
  write('held', ways, `, timeout: '300ms'`);
  await ws.ok(['run', 'held', '--until=start']);
  for (const [i, way] of Object.keys(ways).entries()) {
    const { code, json, stderr } = await ws.nxFlow(['spin', 'held', 'each', `--index=${i}`, '--json']);
    expect([way, code, json.error?.code, /debugger/.test(stderr)]).toEqual([way, 1, 'FLOW_TIMEOUT', false]);
  }
  await until(
    () => all().length === 0,
    () => `the end of ${JSON.stringify(all())}`,
  );
});

test('where a timeout cannot end what holds a spin up, one line says so', async () => {
  ws.write(
    'reads.flow.ts',
    `import { readSync } from 'node:fs';
import { flow } from '@nx-flow/core';
const f = flow('reads');
export default f.end(f.start({ timeout: '100ms' }, () => void readSync(0, Buffer.alloc(1))));
`,
  );
  running = ws.start(['spin', 'reads', 'start'], { stdin: true });
  await running.printed('waits in a call that nothing can end');
  running.child.stdin?.end();
  const { code, stdout } = await running.done;
  expect([code, stdout]).toEqual([1, expect.stringContaining('FLOW_TIMEOUT')]);
});

/** What a step does once it has started a child, how the command is ended, and with which code or signal it ends. */
const ENDINGS: [
  what: string,
  command: 'spin' | 'run',
  body: string,
  signal: NodeJS.Signals,
  ends: unknown,
][] = [
  ['waits', 'spin', `ready(); await pause(60_000);`, 'SIGTERM', 'SIGTERM'],
  ['never yields', 'spin', `ready(); for (;;);`, 'SIGINT', 'SIGINT'],
  ['swallows it', 'spin', `process.on('SIGTERM', () => {}); ready(); await pause(60_000);`, 'SIGTERM', 143],
  [
    'exits with 0',
    'spin',
    `process.once('SIGTERM', () => process.exit(0)); ready(); await pause(60_000);`,
    'SIGTERM',
    143,
  ],
  [
    'is done then',
    'spin',
    `const heard = new Promise((done) => process.once('SIGTERM', done)); ready(); await heard;`,
    'SIGTERM',
    0,
  ],
  ['waits under a program that hears it', 'spin', `ready(); await pause(60_000);`, 'SIGHUP', 129],
  ['waits under a program that ends then', 'spin', `ready(); await pause(60_000);`, 'SIGTERM', 7],
  ['swallows it', 'run', `process.on('SIGINT', () => {}); ready(); await pause(60_000);`, 'SIGINT', 130],
  ['waits', 'run', `ready(); await pause(60_000);`, 'SIGKILL', 'SIGKILL'],
];

test.each(ENDINGS.map((one, i) => [...one, i] as const))(
  'a step that %s in a %s: the command ends, and so does what the step started',
  async (what, command, body, signal, ends, i) => {
    const name = `ending${i}`;
    ws.write(
      `${name}.flow.ts`,
      `${BEGINNING}
const ready = () => writeFileSync('${name}', '');
const f = flow('${name}');
export default f.end(f.start(async () => {
  spawn('sh', ['-c', \`sleep \${long} & sleep \${long}\`]); spawn('sleep', [long], { detached: true, stdio: 'ignore' });
${body}
}));
`,
    );
    const env: Record<string, string> = {};
    if (what.includes('program')) env.NODE_OPTIONS = `--require=${ws.path('program.js')}`;
    const started = ws.start([command, name, ...(command === 'run' ? [] : ['start'])], { env });
    running = started;
    await until(() => sleepers().length === 3 && told(name), 'the children');
    process.kill(started.pid, signal);
    const { code, signal: by, stdout } = await started.done;
    expect(code ?? by).toBe(ends);
    if (command === 'spin' && /swallows|is done/.test(what)) {
      const told = [
        `! SIGTERM: the step has 3 s to end`,
        ...(ends === 0 ? [] : ['! SIGTERM: the step did not end in time']),
      ];
      expect(stdout.match(/^! SIGTERM: the step (has 3 s to end|did not end in time)/gm)).toEqual(told);
    }
    await until(
      () => all().length === 0,
      () => `the end of ${JSON.stringify(all())}`,
    );
  },
);

function told(name: string): boolean {
  try {
    return ws.read(name) === '';
  } catch {
    return false;
  }
}
