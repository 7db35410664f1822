/** Code at the top of a flow's file, or of what it imports, that leaves, hangs or throws: every one is FLOW_IMPORT. */
import { Runner } from '../../src/testing';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

/** The code begins on line 2, in column 1. */
const withTop = (name: string, top: string, step = '') =>
  ws.write(
    `${name}.flow.ts`,
    `import { flow } from '@nx-flow/core';
${top}
import { hear, tell } from '${name.includes('/') ? '../' : './'}signals';
void [hear, tell];
const f = flow('${name.split('/').at(-1)}');
const start = f.start(async () => {
  ${step}
  return { a: 1 };
});
export default f.end(start);
`,
  );

beforeAll(() => {
  ws.write('esm/package.json', '{"type":"module"}');
  for (const [name, top] of ENDINGS) withTop(name, top);
  for (const [name, top] of HARMLESS) withTop(name, top);
});

/** What the file does, its place (`line:column`, none where it cannot be known), and what is said of it. */
const ENDINGS: [name: string, top: string, at: string, said: string][] = [
  ['exits', 'process.exit(0);', '2:9', 'calls process.exit(0) at'],
  ['exits-soon', 'queueMicrotask(() => process.exit(0));', '2:30', 'calls process.exit(0) at'],
  ['exits-next', 'setImmediate(() => process.exit());', '2:28', 'calls process.exit() at'],
  ['catches', 'try { process.exit(4); } catch {}', '2:15', 'calls process.exit(4) at'],
  [
    'wraps',
    'try { process.exit(0); } catch { throw new Error("mine"); }',
    '2:15',
    'calls process.exit(0) at',
  ],
  ['really', '(process as any).reallyExit(0);', '2:18', 'calls process.exit(0) at'],
  ['aborts', 'process.abort();', '2:9', 'calls process.abort() at'],
  ['kills', "process.kill(process.pid, 'SIGKILL');", '2:9', "calls process.kill(process.pid, 'SIGKILL') at"],
  ['closes', 'process.stdout.end();', '2:16', 'calls process.stdout.end() at'],
  ['throws-null', 'throw null;', '', 'throws when it is imported: null'],
  ['throws-undefined', 'throw undefined;', '', 'throws when it is imported: undefined'],
  ['throws-text', 'throw "no error";', '', 'throws when it is imported: no error'],
  ['throws-bare', 'throw Object.assign(Object.create(null), { code: 3n });', '', '{ code: 3n }'],
  [
    'throws-proxy',
    'throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } });',
    '',
    'throws when it is imported: a value that cannot be described',
  ],
  [
    'throws-getter',
    'throw Object.defineProperty(new Error(), "message", { get() { throw 1; } });',
    '',
    'throws when it is imported: a value that cannot be described',
  ],
  ['rejects', 'Promise.reject(new RangeError("alone"));', '2:16', 'leaves a rejected promise unhandled at'],
  [
    'rejects-null',
    'void Promise.reject(null);',
    '',
    'leaves a rejected promise unhandled when it is imported: null',
  ],
  [
    'throws-soon',
    'process.nextTick(() => { throw new TypeError("soon"); });',
    '2:32',
    'where nothing catches it',
  ],
  ['esm/stuck', 'await new Promise(() => {});', '2:1', 'waits at'],
  ['esm/exits-named', 'import { exit } from "node:process"; exit(0);', '2:38', 'calls process.exit(0) at'],
  ['esm/exits-after', 'await 1; process.exit(3);', '2:18', 'calls process.exit(3) at'],
];

/** What is unusual, and no reason to end anything. */
const HARMLESS: [name: string, top: string][] = [
  ['code', 'process.exitCode = 3;'],
  ['then', 'export const then = () => {};'],
  ['lazy', 'export const api = new Proxy({}, { get() { throw new Error("not now"); } });'],
  [
    'getter',
    'Object.defineProperty(exports, "x", { enumerable: true, get() { throw new Error("not now"); } });',
  ],
  [
    'others',
    "process.kill(process.pid, 0); process.on('SIGUSR2', () => {}); process.kill(process.pid, 'SIGUSR2');",
  ],
  ['esm/awaits', 'await new Promise((resolve) => setTimeout(resolve, 1));'],
];

test('check tells each of them with its place, and goes on', async () => {
  ws.write('inner.ts', 'export const one = 1;\nprocess.exit(0);');
  withTop('outer', 'import "./inner";');
  const { code, json, stdout } = await ws.nxFlow(['check', '--json']);
  expect(code).toBe(2);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const problems: { code: string; message: string; where: string }[] = json.problems;
  const told = (file: string) => problems.filter(({ where }) => where.startsWith(`${ws.path(file)}`));
  for (const [name, , at, said] of ENDINGS) {
    const found = told(`${name}.flow.ts`);
    expect(found).toEqual([
      {
        code: 'FLOW_IMPORT',
        message: expect.stringContaining(said),
        where: `${ws.path(`${name}.flow.ts`)}${at === '' ? '' : `:${at}`}`,
      },
    ]);
  }
  expect(told('inner.ts')).toEqual([
    {
      code: 'FLOW_IMPORT',
      message: expect.stringContaining('process.exit(0)'),
      where: `${ws.path('inner.ts')}:2:9`,
    },
  ]);
  expect(HARMLESS.flatMap(([name]) => told(`${name}.flow.ts`))).toEqual([]);
  expect(problems).toHaveLength(ENDINGS.length + 1);
  const flows: { flow: string; steps: string[] }[] = json.flows;
  const imported = flows.filter(({ steps }) => steps.length > 0).map(({ flow }) => flow);
  expect(imported.sort()).toEqual(HARMLESS.map(([name]) => name.split('/').at(-1)).sort());
});

test('an import that takes too long is ended, whether it waits or not', async () => {
  withTop('loops', 'for (;;);');
  withTop('esm/waits', 'setTimeout(() => {}, 4000); await new Promise(() => {});');
  for (const name of ['loops', 'esm/waits']) {
    const file = ws.path(`${name}.flow.ts`);
    const { code, json } = await ws.nxFlow(['check', file, '--json', '--import-timeout=500ms']);
    const message = 'The file takes longer to import than 0.5 s: --import-timeout=<duration> gives it more';
    expect([code, json.problems]).toEqual([2, [{ code: 'FLOW_IMPORT', message, where: file }]]);
  }
});

test.each([['spin', 'start'], ['resume'], ['why', 'start'], ['step', 'start'], ['snapshot'], ['run']])(
  '%s ends with FLOW_IMPORT and exit code 2',
  async (command, ...more) => {
    for (const [name, said] of [
      ['exits', 'calls process.exit(0)'],
      ['esm/stuck', 'waits at'],
    ] as const) {
      const { code, json } = await ws.nxFlow([command, ws.path(`${name}.flow.ts`), ...more, '--json']);
      expect({ code, error: json.error.code }).toEqual({ code: 2, error: 'FLOW_IMPORT' });
      expect(json.error.message).toContain(said);
    }
  },
);

test('a process of its own says it too, and shows the line', async () => {
  const { code, stdout, stderr } = await ws.start(['run', 'exits']).done;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`FLOW_IMPORT  ${ws.path('exits.flow.ts')} calls process.exit(0) at`);
  expect(stderr).toContain('> 2 | process.exit(0);');
});

const IN_WORKER = `process.argv[1]?.endsWith('worker.js')`;

/** Workers import the flow as well, and it may do there what it does not do in the command. */
test.each([
  ['exits', 'process.exit(0);', 'calls process.exit(0) at'],
  ['aborts', 'process.abort();', 'calls process.abort() at'],
  ['is-killed', `require('node:child_process').execSync('kill -9 ' + process.pid);`, 'killed by SIGKILL'],
  [
    'hangs',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    'takes longer to import than 1.5 s',
  ],
  ['leaves-later', 'setTimeout(() => process.exit(0), 1);', 'calls process.exit(0) at'],
  ['throws-later', 'setTimeout(() => { throw new Error("later"); }, 1);', 'later'],
])('a worker that %s ends the run with FLOW_IMPORT and exit code 2', async (name, top, said) => {
  withTop(`worker-${name}`, `if (${IN_WORKER}) ${top}`, `await hear('never');`);
  const more = name === 'hangs' ? ['--import-timeout=1500ms'] : [];
  const { code, json } = await ws.nxFlow(['run', `worker-${name}`, '--json', ...more]);
  expect({ code, status: json.status, error: json.error.code }).toEqual({
    code: 2,
    status: 'failed',
    error: 'FLOW_IMPORT',
  });
  expect(json.error.message).toContain(said);
});

/** A moment later: the command is at work, and steps are executed elsewhere. */
test.each([
  ['exit', 'process.exit(0)', 'calls process.exit(0) at'],
  ['throw', '(() => { throw null; })()', 'throws after it was imported, where nothing catches it: null'],
  ['reject', 'void Promise.reject(new Error("late"))', 'leaves a rejected promise unhandled at'],
])('a run is ended by a late %s of the flow, and recorded with it', async (name, call, said) => {
  withTop(
    `late-${name}`,
    `if (!${IN_WORKER}) void hear('late-${name}-started').then(() => ${call === 'process.exit(0)' ? 'setImmediate(() => process.exit(0))' : `setImmediate(() => { ${call}; })`});`,
    `tell('late-${name}-started'); await hear('never');`,
  );
  const args = ['run', `late-${name}`, '--json'];
  const { code, json } = await (name === 'exit' ? ws.start(args).done : ws.nxFlow(args));
  expect({ code, error: json.error.code }).toEqual({ code: 2, error: 'FLOW_IMPORT' });
  expect(json.error.message).toContain(said);
  const shown = (await ws.ok(['show', `late-${name}`, '--json'])).json;
  expect(shown).toMatchObject({ status: 'failed', error: { message: expect.stringContaining(said) } });
});

test('a spin is not executed by a flow that ends its process meanwhile, and a late exit of a step changes nothing', async () => {
  withTop(
    'spun',
    `if (process.env.LATE) setTimeout(() => process.exit(0));`,
    `setTimeout(() => process.exit(7));`,
  );
  const ended = await ws.start(['spin', 'spun', 'start', '--json'], { env: { LATE: '1' } }).done;
  expect(ended).toMatchObject({ code: 2, json: { error: { code: 'FLOW_IMPORT' } } });
  const spun = await ws.nxFlow(['spin', 'spun', 'start', '--json']);
  expect(spun).toMatchObject({ code: 0, json: { status: 'done' } });
});

test('a slow import is told in one line', async () => {
  // Ten seconds pass at once.
  const preload = ws.write(
    'quick.cjs',
    `const timers = require('node:timers');
const { setTimeout } = timers;
timers.setTimeout = (call, ms, ...more) => setTimeout(call, ms === 10_000 ? 1 : ms, ...more);`,
  );
  ws.write(
    'esm/slow.flow.ts',
    `import { flow } from '@nx-flow/core';
import { hear } from '../signals';
await hear('told-slow');
const f = flow('slow');
export default f.end(f.start(() => ({})));
`,
  );
  const run = ws.start(['run', 'slow'], { env: { NODE_OPTIONS: `--require ${preload}` } });
  const line = 'esm/slow.flow.ts has been importing for 10 s: --import-timeout says when that ends.\n';
  await run.printed(line);
  ws.tell('told-slow');
  const { code, stderr } = await run.done;
  expect(code).toBe(0);
  expect(stderr.split(line)).toHaveLength(2);
});

test('the timeout of imports is a duration', async () => {
  const { code, json } = await ws.nxFlow(['check', 'code', '--import-timeout=soon', '--json']);
  expect({ code, error: json.error.code }).toEqual({ code: 2, error: 'FLOW_OPTION' });
  expect(json.error.message).toBe(
    '--import-timeout takes a duration above 0, such as 30s or 5m, not "soon".',
  );
});

test('code that blocks in a module that only the ES loader takes is ended from outside', async () => {
  withTop('esm/es-loop', 'await 1; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  const { signal, stderr } = await ws.start(['check', 'esm/es-loop.flow.ts', '--import-timeout=4s']).done;
  expect(signal).toBe('SIGKILL');
  expect(stderr).toContain(`FLOW_IMPORT  ${ws.path('esm/es-loop.flow.ts')} takes longer to import than 4 s`);
});

describe('a Runner of a file', () => {
  test.each([
    ['spin', 'exits', 'calls process.exit(0) at'],
    ['run', 'throws-null', 'throws when it is imported: null'],
    ['spin', 'esm/stuck', 'waits at'],
  ] as const)('refuses the %s of a flow that %s', async (call, name, said) => {
    await using runner = new Runner(ws.path(`${name}.flow.ts`));
    const refused = { code: 'FLOW_IMPORT', message: expect.stringContaining(said) };
    const called = call === 'run' ? runner.run() : runner.spin('start', { artifacts: {} });
    await expect(called).rejects.toMatchObject(refused);
  });

  test('refuses one that is killed, and one that takes too long', async () => {
    withTop('is-killed', `require('node:child_process').execSync('kill -9 ' + process.pid);`);
    await using killed = new Runner(ws.path('is-killed.flow.ts'));
    await expect(killed.run()).rejects.toMatchObject({
      code: 'FLOW_IMPORT',
      message: expect.stringContaining('killed by SIGKILL while it imported the flow'),
    });
    await using loops = new Runner(ws.path('loops.flow.ts'), { importTimeout: '1s' });
    await expect(loops.spin('start', { artifacts: {} })).rejects.toMatchObject({
      code: 'FLOW_IMPORT',
      message: expect.stringContaining('takes longer to import than 1 s'),
    });
    expect(() => new Runner(ws.path('loops.flow.ts'), { importTimeout: '0s' })).toThrow('importTimeout');
  });

  test('refuses one that leaves a moment later', async () => {
    withTop('soon', `void hear('begun').then(() => process.exit(0));`, `tell('begun'); await hear('never');`);
    await using runner = new Runner(ws.path('soon.flow.ts'));
    await expect(runner.run()).rejects.toMatchObject({ code: 'FLOW_IMPORT' });
  });
});
