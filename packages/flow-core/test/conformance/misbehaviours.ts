/** Bodies of steps that misbehave, and how each ends: in a run, in a spin, under Runner. */

interface Done {
  body: string;
  fails?: undefined;
  spinFails?: undefined;
  harsh?: undefined;
}

/** What fails in a run fails in a spin, too. */
interface Failing {
  body: string;
  /** The message of its failure. */
  fails: RegExp;
  /** The same for a spin, where that differs: a spin is in the command's own process. */
  spinFails?: RegExp;
  /** It takes the spin's process along, in which the command is: how that ends is not foreseen, only that it ends. */
  harsh?: true;
}

export type Misbehaviour = Done | Failing;

const timers = 'setTimeout: () => 0, setImmediate: () => 0, setInterval: () => 0, clearTimeout: () => {}';
const no = 'const no = () => { throw 1; };';
const soon = 'await new Promise((go) => setTimeout(go, 5));';
/** Whom Node asks whether the process ends. */
const deciding = `for (const name of ['beforeExit', 'exit', 'uncaughtException', 'uncaughtExceptionMonitor', 'unhandledRejection'])`;
const exited = (call: string) =>
  new RegExp(
    `^The step called ${call.replace(/[()$.*+?[\]]/g, '\\$&')}\\. Throw an error to fail, return to end\\.$`,
  );
const died = /^The (?:worker )?process (exited|was killed|closed its channel|wrote into)/;

/** By name; names hold no commas. */
export const MISBEHAVIOURS: Record<string, Misbehaviour> = {
  // Ends of the process
  'an exit': { body: 'process.exit(0);', fails: died, spinFails: exited('process.exit(0)') },
  'an exit that is caught': {
    body: `try { process.exit(3); } catch {} ${soon}`,
    fails: died,
    spinFails: exited('process.exit(3)'),
  },
  'an exit without events': {
    body: '(process as any).reallyExit(0);',
    fails: died,
    spinFails: exited('process.exit(0)'),
  },
  'an abort': { body: 'process.abort();', fails: died, spinFails: exited('process.abort()') },
  'a kill of itself': {
    body: `process.kill(process.pid, 'SIGKILL'); ${soon}`,
    fails: died,
    spinFails: exited("process.kill(process.pid, 'SIGKILL')"),
  },
  'a signal to itself': {
    body: `process.kill(process.pid, 'SIGTERM'); await new Promise((go) => setTimeout(go, 1000));`,
    fails: died,
    spinFails: exited("process.kill(process.pid, 'SIGTERM')"),
  },
  'a signal to everyone': {
    body: `process.kill(0, 'SIGTERM');`,
    fails: exited("process.kill(0, 'SIGTERM')"),
  },
  'a signal that it takes itself': {
    body: `const alive = setInterval(() => {}, 1000); await new Promise((go) => { process.on('SIGUSR2', go); process.kill(process.pid, 'SIGUSR2'); }); clearInterval(alive);`,
  },
  'a late exit': { body: 'setTimeout(() => process.exit(0), 2);' },
  'a late abort': { body: 'setTimeout(() => process.abort(), 2);' },
  'an exit handler that says all is well': {
    body: `process.on('exit', () => { process.exitCode = 0; (process as any).reallyExit(0); });`,
  },
  'an exit code': { body: 'process.exitCode = 7;' },

  // Messages and listeners
  'messages to the parent': {
    body: `const { send } = process as any; send.call(process, { type: 'log' }); send.call(process, null); send.call(process, 3n);`,
  },
  'an outcome of its own making': {
    body: `(process as any).send({ type: 'outcome', outcome: { startedAt: 1, durationMs: 1, status: 'done', result: {} } });
      process.emit('message', { type: 'outcome', outcome: null } as any, undefined as any);`,
  },
  'a disconnect': { body: `process.disconnect(); ${soon}` },
  'no listeners any more': { body: 'process.removeAllListeners();' },
  'no listeners of messages any more': {
    body: `process.removeAllListeners('message'); process.removeAllListeners('disconnect');`,
  },
  'other handlers of what nothing catches': {
    body: `for (const name of ['uncaughtException', 'unhandledRejection']) { process.removeAllListeners(name); process.on(name, () => {}); }
      Promise.reject(new RangeError('mine')); ${soon}`,
    fails: /^mine$/,
  },
  'a handler of what is thrown late': { body: `process.on('uncaughtException', () => process.exit(0));` },
  'a listener of beforeExit': { body: `process.on('beforeExit', () => process.exit(0));` },
  'listeners that come first': { body: `${deciding} process.prependListener(name, () => process.exit(0));` },
  'listeners for once that throw': {
    body: `${deciding} process.once(name, () => { throw new Error('listened'); });`,
  },
  'listeners that exit later': {
    body: `${deciding} process.on(name, () => setImmediate(() => process.exit(0)));`,
  },
  'the end of the channel': {
    body: `require('node:fs').closeSync(3); require('node:fs').closeSync(4); ${soon}`,
  },
  'bytes on the channel': {
    body: `require('node:fs').writeSync(4, 'x'.repeat(100)); await new Promise((go) => setTimeout(go, 3000));`,
    fails: died,
    harsh: true,
  },

  // What a process shares
  'faked timers': {
    body: `Object.assign(globalThis, { ${timers}, queueMicrotask: () => {} });
      process.nextTick = () => {}; performance.now = () => 0; (globalThis as any).Date = class {}; (process as any).hrtime = () => [0, 0];`,
  },
  'a date of its own': { body: 'Date.now = () => 0; Date.prototype.getTime = () => 1;' },
  'a clock that stands still': { body: 'performance.now = () => 0;' },
  'patched arrays': {
    body: `Array.prototype.push = Array.prototype.map = () => { throw new Error('patched'); };`,
  },
  'a broken iterator': { body: `Array.prototype[Symbol.iterator] = () => { throw new Error('patched'); };` },
  'patched promises': {
    body: `Promise.race = Promise.all = () => { throw 1; }; (Promise.prototype as any).then = () => { throw new Error('no then'); };`,
  },
  'patched texts': {
    body: `String.prototype.split = String.prototype.slice = () => { throw new Error('patched'); };`,
  },
  'patched maps': {
    body: `Map.prototype.get = Map.prototype.set = Set.prototype.add = () => { throw new Error('patched'); };`,
  },
  // Node itself calls listeners by `apply`.
  'patched functions': {
    body: `Function.prototype.bind = Function.prototype.toString = () => { throw new Error('patched'); };`,
  },
  'patched emitters': {
    body: `const { EventEmitter } = require('node:events'); EventEmitter.prototype.emit = () => false;`,
  },
  'additions to prototypes': {
    body: '(Object.prototype as any).evil = 1; (Array.prototype as any).last = () => 1;',
  },
  'a setter on every object': {
    body: `Object.defineProperty(Object.prototype, 'status', { configurable: true, enumerable: true, get: () => 'done', set() {} });`,
  },
  'other ways to write': {
    body: `JSON.stringify = () => '{}'; console.log = () => {}; (Buffer as any).from = () => { throw 1; }; Object.entries = () => [];`,
  },
  'no stack traces': { body: `Error.stackTraceLimit = 0; Error.prepareStackTrace = () => { throw 1; };` },
  'another environment': { body: `process.env = { ONLY: 'this' };` },
  'an environment without a variable': { body: `delete process.env.PATH; process.env.HOME = '/nowhere';` },
  'another umask and folder': { body: `process.umask(0o777); process.chdir('/');` },
  'a folder that is gone': {
    body: `const { mkdtempSync, rmdirSync } = require('node:fs');
      const gone = mkdtempSync(require('node:os').tmpdir() + '/nx-flow-test-gone-'); process.chdir(gone); rmdirSync(gone);`,
  },
  'a title': { body: `process.title = 'x'.repeat(300);` },

  // Streams and file descriptors
  'another console and stdout': {
    body: `process.stdout.write = () => true; process.stderr.write = () => { throw 1; };`,
  },
  'ends of streams': {
    body: `process.stdout.end('bye\\n'); process.stdout.destroy(); process.stderr.end(); process.stdout.cork();`,
  },
  'no listeners of streams': {
    body: `process.stdout.removeAllListeners(); process.stdout.emit('close'); process.stdin.destroy();`,
  },
  'no input': { body: `require('node:fs').closeSync(0);` },
  'no output': { body: `const fs = require('node:fs'); fs.closeSync(1); fs.close(2, () => {}); ${soon}` },
  'no descriptors': {
    body: `const { closeSync } = require('node:fs'); for (let fd = 0; fd < 10; fd++) try { closeSync(fd); } catch {}`,
  },
  'bytes that are no text': {
    body: `process.stdout.write(Buffer.from([0xff, 0xfe, 0x00, 0xc3])); console.log('\\ud800');`,
  },
  'a long line': { body: `process.stdout.write('x'.repeat(300_000)); console.error('y'.repeat(100_000));` },
  'codes of the terminal': { body: `console.log('\\x1b[2J\\x1b[?25l\\x1b]0;title\\x07\\r\\b');` },

  // Throws
  'a throw of nothing': {
    body: 'throw undefined;',
    fails: /^a value that is no Error was thrown: undefined$/,
  },
  'an object without a prototype': {
    body: 'throw Object.assign(Object.create(null), { code: 3n });',
    fails: /^a value that is no Error was thrown: \[Object: null prototype\] \{ code: 3n \}$/,
  },
  'a Proxy that refuses everything': {
    body: `${no} throw new Proxy(new Error('in it'), { get: no, has: no, getPrototypeOf: no, ownKeys: no });`,
    fails: /^a value that is no Error was thrown: Error: in it$/,
  },
  'getters that throw': {
    body: `${no} throw Object.defineProperties(Object.create(Error.prototype), { stack: { get: no }, message: { get: no }, name: { get: no } });`,
    fails: /^its message cannot be read$/,
  },
  'a cause that cannot be described': {
    body: `throw new Error('outer', { cause: Object.assign(Object.create(null), { self: 3n }) });`,
    fails: /^outer$/,
  },
  'errors within errors': {
    body: `let e: Error = new Error('x'); for (let i = 0; i < 12; i++) e = new AggregateError(Array(20).fill(e), 'level ' + i); throw e;`,
    fails: /^level 11$/,
  },
  'a rejection with nothing': {
    body: `Promise.reject(null); ${soon}`,
    fails: /^a value that is no Error was thrown: null$/,
  },
  'a throw of nothing in a timer': {
    body: 'setTimeout(() => { throw undefined; }, 1); await new Promise((go) => setTimeout(go, 20));',
    fails: /^a value that is no Error was thrown: undefined$/,
  },
  'a late throw': { body: 'setTimeout(() => { throw Object.create(null); }, 1);' },
  'a wait for nothing': {
    body: 'await new Promise(() => {});',
    fails: /^The step waits for a promise that nothing can settle any more\.$/,
  },

  // Returns
  'a getter that throws': {
    body: `return { get value() { throw new RangeError('not readable'); } };`,
    fails: /not readable/,
  },
  'a Proxy as an artifact': {
    body: `return { value: new Proxy({}, { ownKeys() { throw new RangeError('no keys'); } }) };`,
    fails: /no keys|Proxy|cannot be stored/,
  },
  'a function as an artifact': { body: 'return { value: () => 1 };', fails: /function/ },
  'a list': { body: 'return [1];', fails: /returned an array|returned .*: return an object/ },
  'a thenable that never settles': {
    body: 'return { then() {} };',
    fails: /^The step waits for a promise that nothing can settle any more\.$/,
  },
};

/** Where a hostile flow reads the names of its splits: it has no parameters, for every process that it needs would load zod. */
export const NAMES_FILE = 'names.txt';

/** The text of a flow whose split `input` does what its name says; an empty name looks at what a task finds. */
export function hostileFlow(name: string, options = ''): string {
  const bodies = Object.entries(MISBEHAVIOURS).map(
    ([one, { body }]) => `  ${JSON.stringify(one)}: async () => {\n    ${body}\n  },`,
  );
  return `import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
const require = createRequire(__filename);
const odd: Record<string, () => Promise<unknown>> = {
${bodies.join('\n')}
};
/** What every task finds. */
const look = () => ({
  added: [Object.keys(Object.prototype), Object.keys(Array.prototype)],
  env: [Object.keys(process.env).length, process.env.ONLY, process.env.HOME],
  umask: process.umask(), cwd: process.cwd(), exitCode: process.exitCode, title: process.title,
  works: [[1].map((n) => n + 1), JSON.stringify([...[1]]), new Date(0).getTime(), 'a b'.split(' '), typeof setTimeout(() => {}, 0)],
  handlers: ['uncaughtException', 'unhandledRejection', 'beforeExit', 'SIGUSR2'].map((name) => process.listenerCount(name)),
  exits: process.listenerCount('exit'),
  functions: [new Map([[1, 2]]).get(1), Math.max.apply(null, [1, 2]), Date.now() > 1e12, performance.now() > 0],
});
const f = flow('${name}');
export const start = f.start(() => ({ before: look() }));
export const pick = f.step('pick', { after: start }, ({ self }) => ({
  before: self.before,
  names: readFileSync(__dirname + '/${NAMES_FILE}', 'utf8').split(',').flatMap((name) => [name, '']),
}));
export const each = f.foreach('each', { after: pick, over: 'names'${options} }, async ({ input }) => {
  if (input === '') return look();
  return ((await odd[input]()) ?? {}) as object;
});
export const all = f.join('all', { after: each }, ({ inputs }) => ({
  told: inputs.map(({ before, names, why, ...found }: any) => why?.message ?? (found.umask === undefined ? 'done' : found)),
  before: (inputs[0] as any).before,
  after: look(),
}));
export default f.end(all);
`;
}
