import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());
afterEach(() => ws.silence());

test('what tasks print is shown live with their pathspec, and kept: both streams, and lines that are not ended', async () => {
  ws.flow(
    'prints',
    `const start = f.start(async ({ log }) => {
       console.log('one line');
       console.error('to stderr');
       process.stdout.write('a line in ');
       tell('half');
       await hear('go');
       process.stdout.write('two pieces\\nno end');
       log(' of log');
       process.stdout.write('the very end');
     });
     const next = f.step('next', { after: start }, () => console.log('next é 東京 👩‍🚀'));
     export default f.end(next);`,
  );
  const run = ws.start(['run', 'prints']);
  await ws.hear('half');
  await run.printed('start/1 │ one line\n');
  await run.printed('start/1 ! to stderr\n');
  // Kept in pieces: what it printed so far is in the store while it goes on.
  let kept = '';
  while (!kept.includes('a line in ')) kept = (await ws.ok(['logs', 'prints', '--json'])).stdout;
  ws.tell('go');
  const { stdout } = await run.done;
  for (const line of [
    'start/1 │ a line in two pieces',
    'start/1 │ no end of log',
    'start/1 │ the very end',
    'next/2 │ next é 東京 👩‍🚀',
  ]) {
    expect(stdout).toContain(`${line}\n`);
  }
  const [all, one, errors, outs, json] = await Promise.all([
    ws.ok(['logs', 'prints']),
    ws.ok(['logs', 'prints', '1/start/1', '--stdout']),
    ws.ok(['logs', 'prints', '1', '--stderr']),
    ws.ok(['logs', 'prints', '1/next']),
    ws.ok(['logs', 'prints', '--json']),
  ]);
  const pieces = 'a line in two pieces\nno end of log\nthe very end';
  expect(one.stdout).toBe(`one line\n${pieces}`);
  expect(errors.stdout).toBe('start/1 ! to stderr\n');
  expect(outs.stdout).toBe('next/2 │ next é 東京 👩‍🚀\n');
  // Pieces that were kept apart, because time went by between them, are one line again.
  expect(all.stdout).toBe(
    `start/1 │ one line\nstart/1 ! to stderr\n${pieces
      .split('\n')
      .map((line) => `start/1 │ ${line}\n`)
      .join('')}next/2 │ next é 東京 👩‍🚀\n`,
  );
  expect(json.json).toMatchObject({ pathspec: 'prints/1' });
  expect(json.json.logs.at(-1)).toMatchObject({
    pathspec: 'prints/1/next/2',
    attempt: 0,
    stream: 'stdout',
    text: 'next é 東京 👩‍🚀\n',
  });
});

test('output of a process that the step starts, and bytes cut inside a character, belong to the task', async () => {
  ws.flow(
    'inherits',
    `import { execFileSync, spawn } from 'node:child_process';
     const start = f.start(() => {
       console.log('before');
       execFileSync(process.execPath, ['-e', 'console.log("from the child"); console.error("and its stderr")'], { stdio: 'inherit' });
       // The rest in one piece: what the child printed comes by a pipe, before or after it.
       const bytes = Buffer.from('é東\\nhi\\n');
       process.stdout.write(bytes.subarray(0, 1));
       process.stdout.write(bytes.subarray(1));
     });
     const next = f.step('next', { after: start }, () => {
       execFileSync('/bin/sh', ['-c', 'echo last thing'], { stdio: 'inherit' });
     });
     const quiet = f.step('quiet', { after: next }, () => ({ q: 1 }));
     export default f.end(quiet);`,
  );
  const { stdout } = await ws.ok(['run', 'inherits', '--max-workers=1']);
  expect(stdout).toContain('start/1 │ from the child\n');
  expect(stdout).toContain('start/1 ! and its stderr\n');
  const [start, next, quiet] = await Promise.all(
    ['start/1', 'next/2', 'quiet/3'].map((task) => ws.ok(['logs', 'inherits', `1/${task}`])),
  );
  for (const text of ['before\n', 'from the child\n', 'and its stderr\n', 'é東\nhi\n'])
    expect(start?.stdout).toContain(text);
  expect(next?.stdout).toBe('last thing\n');
  expect(quiet?.stdout).toBe('');
});

test("quick tasks on one worker do not take each other's lines", async () => {
  ws.flow(
    'quick',
    `const start = f.start(() => ({ ns: Array.from({ length: 80 }, (_, n) => n) }));
     const work = f.foreach('work', { after: start, over: 'ns' }, ({ input, current }) => console.log('I am ' + current.task + ' with ' + input));
     export default f.end(f.join('all', { after: work }, () => ({})));`,
  );
  await ws.ok(['run', 'quick', '--max-workers=1']);
  const { logs } = (await ws.ok(['logs', 'quick', '1/work', '--json'])).json;
  expect(logs).toHaveLength(80);
  for (const { pathspec, text } of logs)
    expect(text).toMatch(new RegExp(`^I am ${pathspec.split('/').at(-1)} with \\d+\\n$`));
});

test('a megabyte of output, and one of results, comes whole', async () => {
  ws.flow(
    'loud',
    `const start = f.start(() => {
       for (let i = 0; i < 16; i++) console.log(String(i).padStart(2, '0') + 'é'.repeat(32_000));
       return { text: 'ü'.repeat(600_000) };
     });
     export default f.end(start);`,
  );
  const expected = Array.from(
    { length: 16 },
    (_, i) => `${String(i).padStart(2, '0')}${'é'.repeat(32_000)}\n`,
  ).join('');
  const run = await ws.ok(['run', 'loud']);
  expect(
    run.stdout
      .split('\n')
      .filter((line) => line.startsWith('start/1 │ '))
      .map((line) => `${line.slice(10)}\n`)
      .join(''),
  ).toBe(expected);
  const [logs, dump, spin] = await Promise.all([
    ws.ok(['logs', 'loud', '1/start/1']),
    ws.ok(['dump', 'loud', '--json']),
    ws.ok(['spin', 'loud', 'start']),
  ]);
  expect(logs.stdout).toBe(expected);
  expect(dump.json.artifacts.text).toBe('ü'.repeat(600_000));
  expect(spin.stdout).toContain(expected);
});

describe('--json: one object on the last line of stdout, and nothing else there', () => {
  beforeAll(async () => {
    ws.flow(
      'shapes',
      `const start = f.start(() => { console.log('printed'); return { n: 1, map: new Map([['k', new Date(0)]]), big: 2n ** 70n, bytes: Buffer.from('hi') }; });
       const next = f.step('next', { after: start }, ({ params }) => { if (params.fail) throw new RangeError('asked to'); return { m: 2 }; });
       export default f.end(next);`,
      'fail: z.coerce.boolean().default(false)',
    );
  });
  const only = ({ stdout }: { stdout: string }) => expect(stdout).toMatch(/^\{.*\}\n$/);

  test('run', async () => {
    const done = await ws.ok(['run', 'shapes', '--json']);
    only(done);
    expect(done.json).toEqual({
      pathspec: 'shapes/1',
      status: 'done',
      durationMs: expect.any(Number),
      tasks: { done: 3, failed: 0 },
    });
    expect(done.stderr).toContain('start/1 │ printed\n');
    const failed = await ws.nxFlow(['run', 'shapes', '--json', '--params.fail=1']);
    only(failed);
    expect(failed.code).toBe(1);
    expect(failed.json).toEqual({
      pathspec: 'shapes/2',
      status: 'failed',
      durationMs: expect.any(Number),
      tasks: { done: 1, failed: 1 },
      error: { name: 'RangeError', message: 'asked to' },
    });
  });

  test('spin', async () => {
    const done = await ws.ok(['spin', 'shapes', '1/start', '--json']);
    only(done);
    expect(done.json).toEqual({
      step: 'start',
      origin: 'shapes/1/start/1',
      status: 'done',
      durationMs: expect.any(Number),
      outputPath: 'dist/flow/shapes/spin/start',
      artifacts: {
        n: {
          type: 'number',
          size: 1,
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
          change: 'same',
          preview: '1',
        },
        map: {
          type: 'Map(1)',
          size: expect.any(Number),
          digest: expect.any(String),
          change: 'same',
          preview: "Map(1) { 'k' => 1970-01-01T00:00:00.000Z }",
        },
        big: {
          type: 'bigint',
          size: expect.any(Number),
          digest: expect.any(String),
          change: 'same',
          preview: '1180591620717411303424n',
        },
        bytes: {
          type: 'Buffer(2)',
          size: 2,
          digest: expect.any(String),
          change: 'same',
          preview: '<Buffer 68 69>',
        },
      },
    });
    expect(done.stderr).toContain('printed\n');
    const failed = await ws.nxFlow(['spin', 'shapes', '1/next', '--json', '--params.fail=1']);
    only(failed);
    expect(failed.json).toEqual({
      step: 'next',
      origin: 'shapes/1/next/2',
      status: 'failed',
      durationMs: expect.any(Number),
      outputPath: 'dist/flow/shapes/spin/next',
      artifacts: {},
      error: { name: 'RangeError', message: 'asked to' },
    });
  });

  test('dump', async () => {
    const done = await ws.ok(['dump', 'shapes', '1/end', '--json']);
    only(done);
    expect(done.json).toEqual({
      pathspec: 'shapes/1/end/3',
      artifacts: {
        n: 1,
        map: [['k', '1970-01-01T00:00:00.000Z']],
        big: '1180591620717411303424',
        bytes: 'aGk=',
        m: 2,
      },
    });
    expect(
      (await ws.ok(['dump', 'shapes', '1/end/3', '--json', '--include=m', '--include=n'])).json.artifacts,
    ).toEqual({ n: 1, m: 2 });
  });

  test('bad usage', async () => {
    const refused = await ws.nxFlow(['spin', 'shapes', 'nxt', '--json']);
    only(refused);
    expect(refused.code).toBe(2);
    expect(refused.json).toEqual({
      error: {
        code: 'FLOW_STEP_NOT_FOUND',
        message: 'There is no step "nxt" in shapes. Did you mean "next"?',
        problems: [
          { code: 'FLOW_STEP_NOT_FOUND', message: 'There is no step "nxt" in shapes. Did you mean "next"?' },
        ],
      },
    });
  });
});

test('logs of tasks that wrote at the same time come by time, each line whole', async () => {
  // Each split waits until what the other wrote is in the store.
  ws.flow(
    'turns',
    `const start = f.start(() => ({ names: ['a', 'b'] }));
     const each = f.foreach('each', { after: start, over: 'names' }, async ({ input }) => {
       for (let turn = 0; turn < 3; turn++) {
         const at = turn * 2 + (input === 'a' ? 0 : 1);
         await hear('turn-' + at);
         process.stdout.write(input + turn + (turn === 1 ? ' first half, ' : '\\n'));
         tell('wrote-' + at);
       }
     });
     export default f.end(f.join('all', { after: each }, () => ({})));`,
  );
  const run = ws.start(['run', 'turns', '--max-workers=2']);
  for (let turn = 0; turn < 6; turn++) {
    ws.tell(`turn-${turn}`);
    await ws.hear(`wrote-${turn}`);
    const kept = async () => (await ws.ok(['logs', 'turns', '1', '--json'])).json.logs.length;
    while ((await kept()) <= turn);
  }
  await run.done;
  const { json } = await ws.ok(['logs', 'turns', '1', '--json']);
  expect(json.logs.map(({ text }: { text: string }) => text.trim())).toEqual([
    'a0',
    'b0',
    'a1 first half,',
    'b1 first half,',
    'a2',
    'b2',
  ]);
  expect((await ws.ok(['logs', 'turns', '1'])).stdout).toBe(
    `each/2 │ a0
each/3 │ b0
each/2 │ a1 first half, a2
each/3 │ b1 first half, b2
`,
  );
  ws.silence();
});

test('show says caught of a task whose exception its step caught, and logs of a resumed run follow what was taken over', async () => {
  ws.flow(
    'catches',
    `const start = f.start(() => { console.log('from the start'); return { ns: [0, 1] }; });
     const each = f.foreach('each', { after: start, over: 'ns', catch: 'oops' }, ({ input }) => {
       if (input === 1) throw new RangeError('caught one');
     });
     export default f.end(f.join('all', { after: each }, () => ({})));`,
  );
  await ws.ok(['run', 'catches']);
  const [run, step, task, json] = await Promise.all([
    ws.ok(['show', 'catches', '1']),
    ws.ok(['show', 'catches', '1/each']),
    ws.ok(['show', 'catches', '1/each/3']),
    ws.ok(['show', 'catches', '1/each/3', '--json']),
  ]);
  expect(run.stdout).toMatch(/^Step +Kind +Done +Caught +Failed/m);
  expect(run.stdout).toMatch(/^each +foreach +2 +1 /m);
  expect(run.stdout).toContain('catches/1/each/3 caught\nRangeError: caught one\n');
  expect(step.stdout).toMatch(/^each\/2 +done/m);
  expect(step.stdout).toMatch(/^each\/3 +caught/m);
  expect(task.stdout).toMatch(/^catches\/1\/each\/3 caught {2}foreach/);
  expect(json.json).toMatchObject({ status: 'done', caught: true, attempt: 0 });
  await ws.ok(['resume', 'catches', 'all']);
  const [taken, whole, shown] = await Promise.all([
    ws.ok(['logs', 'catches', '2/start/1']),
    ws.ok(['logs', 'catches', '2']),
    ws.ok(['show', 'catches', '2/start/1']),
  ]);
  expect(taken.stdout).toBe('from the start\n');
  expect(whole.stdout).toBe('3 tasks taken over from catches/1: the output is there\n');
  expect(shown.stdout).toContain('taken over from catches/1/start/1');
});

describe('a failure', () => {
  beforeAll(async () => {
    ws.write(
      'deep.ts',
      `export function inner(n: number): number {
  if (n === 0) {
    throw new RangeError('no more', { cause: new Error('because') });
  }
  return inner(n - 1);
}
`,
    );
    ws.flow(
      'fails',
      `import { inner } from './deep';
const start = f.start(async () => {
  await null;
  return { n: inner(2) };
});
export default f.end(start);`,
    );
  });
  const shown = (text: string) => {
    expect(text).toContain('RangeError: no more\n');
    expect(text).toContain("> 3 |     throw new RangeError('no more', { cause: new Error('because') });\n");
    expect(text).toMatch(
      / {4}at inner \(deep\.ts:3:11\)\n {4}at inner \(deep\.ts:5:10\)\n {4}at inner \(deep\.ts:5:10\)\n {4}at \(fails\.flow\.ts:\d+:\d+\)\n/,
    );
    expect(text).toContain('Caused by Error: because\n');
  };

  test("in a run is shown with the source line and the user's own frames, its cause too", async () => {
    const { code, stdout } = await ws.nxFlow(['run', 'fails']);
    expect(code).toBe(1);
    shown(stdout);
    expect(stdout).not.toMatch(/dist\/parts|node:internal|node_modules/);
    shown((await ws.ok(['show', 'fails'])).stdout);
  });

  test("in a spin too; the engine's frames come with --verbose", async () => {
    const [plain, verbose] = await Promise.all([
      ws.nxFlow(['spin', 'fails', 'start', '--origin=1']),
      ws.nxFlow(['spin', 'fails', '1/start', '--verbose', '--json']),
    ]);
    expect(plain.code).toBe(1);
    shown(plain.stdout);
    expect(plain.stdout).not.toMatch(/dist\/parts|node:internal|node_modules/);
    expect(verbose.stderr).toContain('dist/parts/');
    expect(verbose.stderr).toContain('> 3 |     throw new RangeError');
  });
});

test('--until tells of a step that was not reached, because a switch took another case', async () => {
  ws.flow(
    'arms',
    `const start = f.switch('way', { after: f.start(() => ({ go: 'fast' })), on: 'go', cases: ['fast', 'slow'] }, () => ({}));
     const fast = f.step('fast', { after: start.when('fast') }, () => ({}));
     const slow = f.step('slow', { after: start.when('slow') }, () => ({}));
     export default f.end(f.step('both', { after: oneOf(fast, slow) }, () => ({})));`,
  );
  const [slow, fast] = [
    await ws.ok(['run', 'arms', '--until=slow']),
    await ws.ok(['run', 'arms', '--until=fast']),
  ];
  expect(slow.stdout).toContain('! slow was not taken: a switch before it took another case\n');
  expect(fast.stdout).not.toContain('a switch before it');
});

// A device that is always full: Linux has one.
if (existsSync('/dev/full'))
  test('output that cannot be written is said, and the command has not ended well; what it recorded stands', async () => {
    ws.flow('full', 'export default f.end(f.start(() => ({ one: 1 })));');
    const bin = join(__dirname, '../../bin/nx-flow.js');
    for (const command of ['run full --json', 'runs full', 'export full 1 -']) {
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', `'${process.execPath}' '${bin}' ${command} > /dev/full`],
        {
          cwd: ws.folder,
          encoding: 'utf8',
          env: { ...process.env, NX_FLOW_USER: 'tester', NO_COLOR: '1' },
        },
      );
      expect([command, status, stderr]).toEqual([
        command,
        1,
        expect.stringMatching(/^FLOW_STDOUT {2}What the command printed could not be written \(ENOSPC\): /m),
      ]);
    }
    expect((await ws.ok(['runs', 'full', '--json'])).json.runs).toMatchObject([{ status: 'done' }]);
  });
