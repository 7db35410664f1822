/**
 * What the import of a flow leaves behind for later: code that ends the process, throws, or answers its exit. Neither the
 * error that is told nor the exit code is changed by it.
 */
import { Runner } from '../../src/testing';
import { Workspace } from '../kit/workspace';

const ws = new Workspace();
/** For flows that leave nothing in the process of the command. */
const shared = new Workspace().shareProcess();
afterAll(() => Promise.all([ws.dispose(), shared.dispose()]));

const LATER = `
setTimeout(() => process.exit(0), 1);
setTimeout(process.exit, 1, 0);
setImmediate(() => process.exit(0));
setTimeout(() => { throw new Error('later'); }, 1);
setImmediate(() => { throw null; });
setTimeout(() => void Promise.reject(new Error('later')), 1);
setTimeout(() => process.stdout.end(), 1);
setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2);
setInterval(() => process.exit(0), 1);
`;
const CORE = `import { flow } from '@nx-flow/core';`;
const FLOW = (name: string, body = '() => ({})') => `
const f = flow('${name}');
const start = f.start(${body});
export default f.end(start);
`;

/** What fails first, and what is said of it. */
const FIRST: Record<string, [code: string, said: string]> = {
  throws: [`throw new Error('first');`, 'throws when it is imported: Error: first'],
  odd: ['throw { get message() { throw 1; } };', 'throws when it is imported'],
  missing: [`require('nothere');`, 'The package "nothere" is not installed.'],
  leaves: ['process.exit(0);', 'calls process.exit(0) at'],
  removes: [
    `process.removeAllListeners(); throw new Error('first');`,
    'throws when it is imported: Error: first',
  ],
  limits: [
    `Error.stackTraceLimit = 0; throw new Error('first');`,
    'throws when it is imported: Error: first',
  ],
  replaces: [
    `process.exit = process.reallyExit = (() => {}) as never; throw new Error('first');`,
    'throws when it is imported: Error: first',
  ],
};
for (const [name, [first]] of Object.entries(FIRST))
  ws.write(`${name}.flow.ts`, `${CORE}\n${LATER}\n${first}\n${FLOW(name)}`);
ws.write('esm/package.json', '{"type":"module"}');
ws.write('esm/awaits.flow.ts', `${CORE}\nawait 1;\n${LATER}\nthrow new Error('first');`);

test.each([
  ['run', 'throws'],
  ['why', 'missing', 'start'],
  ...['odd', 'leaves', 'removes', 'limits', 'replaces', 'esm/awaits'].map((name) => ['spin', name, 'start']),
])(
  '%s of a flow that %s says the first error alone, whatever comes later',
  async (command, name, ...more) => {
    const flow = ws.path(`${name}.flow.ts`);
    const { code, json, stdout, stderr } = await ws.start([command, flow, ...more, '--json']).done;
    expect({ code, error: json?.error.code }).toEqual({ code: 2, error: 'FLOW_IMPORT' });
    expect(json.error.message + json.error.problems[0].message).toContain(
      FIRST[name]?.[1] ?? 'throws when it is imported: Error: first',
    );
    expect(stdout + stderr).not.toMatch(/later|Node\.js v|after it was imported/);
  },
);

test.each([
  ['uncaughtException', `setImmediate(() => { throw new Error('first'); });`],
  ['unhandledRejection', `setImmediate(() => void Promise.reject(new Error('first')));`],
])('a listener of %s by which a flow ends the process does not end the command', async (event, fails) => {
  const leaves = `process.on('${event}', () => process.exit(0));`;
  ws.write('answers.flow.ts', `${CORE}\n${leaves}\n${fails}\n${FLOW('answers')}`);
  const imported = await ws.start(['spin', 'answers', 'start', '--json']).done;
  expect({ code: imported.code, error: imported.json?.error }).toMatchObject({
    code: 2,
    error: { code: 'FLOW_IMPORT', message: expect.stringContaining('Error: first') },
  });

  const step = `async () => { ${leaves} ${fails} await new Promise((go) => setTimeout(go, 20)); }`;
  ws.write('answers.flow.ts', `${CORE}\n${FLOW('answers', step)}`);
  const spun = await ws.start(['spin', 'answers', 'start', '--json']).done;
  expect({ code: spun.code, message: spun.json?.error.message }).toEqual({ code: 1, message: 'first' });
});

test('check blames no flow for what another one left', async () => {
  const other = new Workspace();
  try {
    other.write('a/a.flow.ts', `${CORE}\n${LATER}\nthrow new Error('first');`);
    for (const name of ['b', 'c']) other.write(`${name}/${name}.flow.ts`, `${CORE}\n${FLOW(name)}`);
    const later = `setTimeout(() => { throw new Error('later'); }, 1);`;
    other.write('d/d.flow.ts', `${CORE}\n${later}\n${FLOW('d')}`);
    const wait = 'await new Promise((resolve) => setTimeout(resolve, 4));';
    other.write('e/package.json', '{"type":"module"}');
    other.write('e/e.flow.ts', `${CORE}\n${wait}\n${FLOW('e')}`);
    const { code, json } = await other.start(['check', '--json']).done;
    expect(code).toBe(2);
    expect(json.problems.map(({ where }: { where: string }) => where.replace(/:.*/, ''))).toEqual([
      other.path('a/a.flow.ts'),
      other.path('d/d.flow.ts'),
    ]);
  } finally {
    await other.dispose();
  }
});

test('a worker and the process of a Runner tell the first error, too', async () => {
  const top = `if (process.send) { ${LATER} throw new Error('first'); }`;
  ws.write('works.flow.ts', `${CORE}\n${top}\n${FLOW('works')}`);
  const { code, json } = await ws.start(['run', 'works', '--json', '--max-workers=1']).done;
  expect({ code, message: json.error.message }).toEqual({
    code: 2,
    message: `${ws.path('works.flow.ts')} throws when it is imported: Error: first`,
  });
  await using runner = new Runner(ws.path('throws.flow.ts'));
  await expect(runner.run()).rejects.toMatchObject({
    code: 'FLOW_IMPORT',
    message: expect.stringContaining('Error: first'),
  });
});

test.each([
  ['exits', 'process.exit(0);'],
  ['requires', `require('nothere');`],
  ['throws-there', `throw new Error('first');`],
])('a worker that %s shows the line, as the command does', async (name, call) => {
  const top = `if (process.argv[1]?.endsWith('worker.js')) ${call}`;
  shared.write(`${name}.flow.ts`, `${CORE}\n${top}\n${FLOW(name)}`);
  const { code, stdout } = await shared.nxFlow(['run', name]);
  expect([code, stdout]).toEqual([2, expect.stringContaining(`  > 2 | ${top}\n      | `)]);
  const shown = await shared.ok(['show', name]);
  expect(shown.stdout).toContain(`  > 2 | ${top}\n      | `);
});

test('an error of an imported file has a frame for each line that led to it, and no other', async () => {
  ws.write('thrower.js', `exports.go = () => [1].map(() => { throw new Error('deep'); });\n`);
  ws.write('framed.flow.ts', `${CORE}\nimport { go } from './thrower';\ngo();\n// its end\n`);
  const { stderr } = await ws.start(['spin', 'framed', 'start']).done;
  expect(stderr.match(/\(\S+:\d+:\d+\)/g)).toEqual([
    expect.stringContaining('thrower.js:1:'),
    expect.stringContaining('thrower.js:1:'),
    '(framed.flow.ts:3:1)',
  ]);
});

/** Each of these would make a 0 of the exit code. All of them are called. */
const LISTENERS = `
import { appendFileSync } from 'node:fs';
const say = (text: string) => process.env.HEARD && appendFileSync(process.env.HEARD, text + ' ');
process.on('exit', () => { say('code'); process.exitCode = 0; });
process.on('exit', () => { say('exit'); process.exit(0); });
process.once('exit', () => { say('once'); (process as any).reallyExit(0); });
process.prependListener('exit', () => { say('first'); process.exitCode = 0; throw new Error('mine'); });
process.on('exit', () => process.kill(process.pid, 'SIGKILL'));
const removed = () => say('removed');
process.on('exit', removed);
process.off('exit', removed);
`;
const REMOVED = `
const later = () => say('removed');
process.on('exit', later);
setImmediate(() => process.off('exit', later));
`;

test('listeners of exit that a flow adds on import are called, and the exit code stays', async () => {
  const fails = `() => { throw new Error('failed'); }`;
  ws.write('listens.flow.ts', `${CORE}\n${LISTENERS}${REMOVED}\n${FLOW('listens', fails)}`);
  ws.write('leaves-listeners.flow.ts', `${CORE}\n${LISTENERS}\nthrow new Error('first');`);
  for (const [code, ...args] of [
    [1, 'run', 'listens', '--max-workers=1'],
    [1, 'resume', 'listens', '--max-workers=1'],
    [1, 'spin', 'listens', 'start'],
    [2, 'spin', 'leaves-listeners', 'start'],
    [2, 'check', 'leaves-listeners'],
  ] as [number, ...string[]][]) {
    const heard = ws.path(`heard-${args.join('-')}`);
    const ended = await ws.start(args, { env: { HEARD: heard } }).done;
    const told = args[0] === 'spin' && code === 2 ? /^FLOW_IMPORT .*: Error: first\n/ : /^$/;
    expect([args, ended.code, ended.signal, ended.stderr]).toEqual([
      args,
      code,
      null,
      expect.stringMatching(told),
    ]);
    const said = ws
      .read(`heard-${args.join('-')}`)
      .trim()
      .split(' ');
    expect([...new Set(said)].sort()).toEqual(['code', 'exit', 'first', 'once']);
  }
});

test.each([
  ['a listener', `process.on('exit', () => Object.freeze(process));`, `() => { throw new Error('failed'); }`],
  ['a step', '', `() => { Object.freeze(process); throw new Error('failed'); }`],
])(
  'where %s freezes `process`, all listeners of exit are called, and the exit code stays',
  async (who, listener, step) => {
    const name = `freezes-${who.split(' ')[1]}`;
    ws.write(`${name}.flow.ts`, `${CORE}\n${listener}\n${LISTENERS}\n${FLOW(name, step)}`);
    const heard = ws.path(`heard-${name}`);
    const { code, stderr } = await ws.start(['spin', name, 'start'], { env: { HEARD: heard } }).done;
    expect([code, stderr]).toEqual([1, '']);
    expect([...new Set(ws.read(`heard-${name}`).trim().split(' '))].sort()).toEqual([
      'code',
      'exit',
      'first',
      'once',
    ]);
  },
);

test('a listener that never returns is ended, also where a step was executed', async () => {
  // Five seconds pass at once.
  const preload = ws.write(
    'quick.cjs',
    `const vm = require('node:vm');
const { runInThisContext } = vm;
vm.runInThisContext = (code, options) =>
  runInThisContext(code, options?.timeout === 5000 ? { timeout: 20 } : options);`,
  );
  const never = `process.on('exit', () => { for (;;); });`;
  ws.write('never.flow.ts', `${CORE}\n${never}\n${FLOW('never', `() => { ${never} throw new Error(); }`)}`);
  const env = { NODE_OPTIONS: `--require ${preload}` };
  const { code, stderr } = await ws.start(['spin', 'never', 'start'], { env }).done;
  expect(code).toBe(1);
  expect(stderr).toBe('A listener of the event exit took longer than 5 s, and was ended.\n'.repeat(2));
});

/** The last line of defence: what of this could happen in a flow is told better before. */
test.each([
  ['nothing is left to wait for', 'new Promise(() => {})', 1],
  ['something ends it', 'process.exit(0)', 1],
  ['something really ends it', 'process.reallyExit()', 1],
  ['it throws', `(async () => { throw new Error('broken'); })()`, 1],
  ['a promise is rejected beside it', `(Promise.reject(new Error('broken')), new Promise(() => {}))`, 1],
  [
    'its exit is answered',
    `(process.on('exit', () => { process.exitCode = 0; throw 1; }), new Promise(() => {}))`,
    1,
  ],
  [
    'listeners are removed',
    `(process.removeAllListeners(), process.on('exit', () => { process.exitCode = 0; }), Promise.resolve(3))`,
    3,
  ],
  [
    'something ends it afterwards',
    `(setImmediate(() => process.exit(0)), setTimeout(() => { throw 1; }), Promise.resolve(3))`,
    3,
  ],
  ['functions are replaced', `(process.exit = process.reallyExit = () => {}, Promise.resolve(3))`, 3],
  ['it is done', 'Promise.resolve(0)', 0],
  [
    'it is done, and its exit is answered',
    `(process.on('exit', () => process.exit(7)), Promise.resolve(0))`,
    0,
  ],
])('the command itself: the code is right when %s', async (_, main, expected) => {
  // In the place of the command, of which nothing is needed here.
  const preload = ws.write(
    'main.cjs',
    `const Module = require('node:module');
const { _load } = Module;
Module._load = (name, ...more) => name === '../dist/cli.js'
  ? { main: () => ${main}, outputWritten: async () => {} }
  : _load(name, ...more);`,
  );
  const { code, stderr } = await ws.start([], { env: { NODE_OPTIONS: `--require ${preload}` } }).done;
  expect(code).toBe(expected);
  expect(stderr.split('\n').filter((line) => /^FLOW_INTERNAL {2}/.test(line))).toHaveLength(
    expected === 1 ? 1 : 0,
  );
});
