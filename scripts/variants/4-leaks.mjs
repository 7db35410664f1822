import { said } from './lib/workspace.mjs';

export const kind = 4;
export const title = 'What a task changes reaches the next task, the next attempt, or the process of a test';

/** The split 1 changes something, the split 2 looks, in one worker. `told` is what it saw. */
const flowWith = (change, look, top = '') => `import { flow } from '@nx-flow/core';
${top}
const f = flow('leaks');
export const start = f.start(() => ({ list: ['change', 'look'] }));
export const each = f.foreach('each', { after: start, over: 'list' }, async ({ input }) => {
  if (input === 'change') {
    ${change}
    return { told: '' };
  }
  return { told: String(${look}) };
});
export const all = f.join('all', { after: each }, ({ inputs }) => ({ told: inputs.map((one) => one.told).join('') }));
export default f.end(all);
`;

/** What is wrong unless the second task sees what is expected. */
async function unlessSeen(w, change, look, expected, top) {
  w.write('leaks.flow.ts', flowWith(change, look, top));
  const ran = await w.flow('run', 'leaks', '--max-workers=1');
  if (ran.hung || ran.code !== 0) return `the run: ${said(ran)}`;
  const { stdout } = await w.ok('dump', 'leaks/1/all', '--json');
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1)).artifacts.told;
  return told === expected ? undefined : `the next task saw ${JSON.stringify(told)}, not ${expected}`;
}

export const variants = [
  {
    name: 'run: a variable that the first attempt sets is not there in the second one',
    async check(w) {
      w.write(
        'leaks.flow.ts',
        `import { flow } from '@nx-flow/core';
const f = flow('leaks');
export const start = f.start(() => ({}));
export const tried = f.step('tried', { after: start, retry: { times: 1, wait: '1ms' } }, ({ current }) => {
  const told = process.env.TOKEN ?? 'none';
  process.env.TOKEN = 'of attempt ' + current.attempt;
  if (current.attempt === 0) throw new Error('once more');
  return { told };
});
export default f.end(tried);
`,
      );
      await w.ok('run', 'leaks', '--max-workers=1');
      const { stdout } = await w.ok('dump', 'leaks/1/tried', '--json');
      return stdout.includes('"told":"none"') ? undefined : `the second attempt saw it: ${stdout.trim()}`;
    },
  },
  {
    name: 'run: another time zone than the one that the top of the file has set',
    check: (w) =>
      unlessSeen(
        w,
        `process.env.TZ = 'Asia/Tokyo'; new Date().getHours();`,
        'new Date(0).getHours() + (process.env.TZ ?? "")',
        '0UTC',
        `process.env.TZ = 'UTC';`,
      ),
  },
  {
    name: 'run: Math.random is not random any more',
    check: (w) =>
      unlessSeen(
        w,
        'Math.random = () => 0.5;',
        '[Math.random(), Math.random()].every((n) => n === 0.5)',
        'false',
      ),
  },
  {
    name: 'run: fetch is a mock',
    check: (w) =>
      unlessSeen(
        w,
        'globalThis.fetch = (async () => "mock") as never;',
        'globalThis.fetch === fetched',
        'true',
        'const fetched = globalThis.fetch;',
      ),
  },
  {
    name: 'run: a method of texts is deleted',
    check: (w) =>
      unlessSeen(
        w,
        'delete (String.prototype as any).replaceAll;',
        `typeof (String.prototype as any).replaceAll`,
        'function',
      ),
  },
  {
    name: 'run: the frames of errors are made by another function, without a limit',
    check: (w) =>
      unlessSeen(
        w,
        `Error.prepareStackTrace = () => 'mine'; Error.stackTraceLimit = Infinity;`,
        `[new Error('x').stack === 'mine', Error.stackTraceLimit === Infinity]`,
        'false,false',
      ),
  },
  {
    name: 'run: console.log says nothing any more',
    async check(w) {
      w.write('leaks.flow.ts', flowWith('console.log = () => {};', `console.log('still heard')`));
      const ran = await w.flow('run', 'leaks', '--max-workers=1', '--verbose');
      const logs = await w.flow('logs', 'leaks/1/each');
      return (ran.stdout + logs.stdout).includes('still heard')
        ? undefined
        : `what the next task printed is lost: ${said(logs)}`;
    },
  },
  {
    name: 'run: a warning that is thrown, and a listener of SIGTERM that does nothing',
    check: (w) =>
      unlessSeen(
        w,
        `process.throwDeprecation = true; process.on('SIGTERM', () => {}); process.on('warning', () => {});`,
        `[process.listenerCount('SIGTERM') === before[0], process.listenerCount('warning') === before[1]]`,
        'true,true',
        `const before = [process.listenerCount('SIGTERM'), process.listenerCount('warning')];`,
      ),
  },
  {
    name: 'run: a frozen prototype: the next task has another process',
    async check(w) {
      w.write(
        'leaks.flow.ts',
        flowWith(`Object.freeze(Map.prototype);`, `Object.isFrozen(Map.prototype) ? 'frozen' : 'free'`)
          .replace(`{ after: start, over: 'list' }`, `{ after: start, over: 'list', catch: 'why' }`)
          .replace('one.told', `one.told ?? ''`),
      );
      const ran = await w.flow('run', 'leaks', '--max-workers=1');
      if (ran.hung || ran.code !== 0) return `the run: ${said(ran)}`;
      const { stdout } = await w.ok('dump', 'leaks/1/all', '--json');
      return stdout.includes('"told":"free"') ? undefined : `the next task saw it: ${stdout.trim()}`;
    },
  },
  {
    name: 'spin --all: a method of lists that the first split patches',
    async check(w) {
      w.write(
        'leaks.flow.ts',
        flowWith(
          `if (!process.env.HARMLESS) (Array.prototype as any).findLast = () => 'patched';`,
          `['a'].findLast(() => true)`,
        ),
      );
      await w.ok('run', 'leaks', '--max-workers=1', { env: { HARMLESS: '1' } });
      const spun = await w.flow('spin', 'leaks', 'each', '--all', '--max-workers=1', '--json');
      return spun.code === 0 && !spun.stdout.includes('patched') ? undefined : `the spin: ${said(spun)}`;
    },
  },
  {
    name: 'run and spin: a step finds the same folder and umask where the command is started in another folder',
    async check(w) {
      w.write(
        'leaks.flow.ts',
        `import { writeFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
const f = flow('leaks');
export const start = f.start(() => {
  writeFileSync(__dirname + '/' + process.env.TOLD, process.cwd() + process.umask() + Object.keys(process.env).includes('INIT_CWD'));
});
export default f.end(start);
`,
      );
      w.write('deep/er/x.txt', '');
      const cwd = w.path('deep/er');
      await w.ok('run', '../../leaks.flow.ts', { cwd, env: { TOLD: 'run.txt' } });
      await w.ok('spin', '../../leaks.flow.ts', 'start', { cwd, env: { TOLD: 'spin.txt' } });
      const [ran, spun] = [w.read('run.txt'), w.read('spin.txt')];
      return ran === spun ? undefined : `a run found ${ran}, a spin ${spun}`;
    },
  },
  {
    name: 'run and spin: a step begins in the same folder, where the top of the file has gone to another one',
    async check(w) {
      w.write(
        'leaks.flow.ts',
        `import { flow } from '@nx-flow/core';
process.chdir('/');
const f = flow('leaks');
export const start = f.start(() => ({ folder: process.cwd() }));
export default f.end(start);
`,
      );
      await w.ok('run', 'leaks', '--max-workers=1');
      const spun = await w.ok('spin', 'leaks', 'start', '--json');
      const { change } = JSON.parse(spun.stdout.trimEnd().split('\n').at(-1)).artifacts.folder;
      return change === 'same' ? undefined : `the spin began in another folder than the run: ${change}`;
    },
  },
  {
    name: 'Runner in the process of a test: variable, title, listeners and folder are those of the test',
    async check(w) {
      const script = w.write(
        'test.cjs',
        `const { flow } = require('@nx-flow/core');
const { Runner } = require('@nx-flow/core/testing');
const f = flow('leaks');
const start = f.start(() => {
  process.title = 'leaked';
  process.env.LEAKED = '1';
  delete process.env.LANG;
  process.on('SIGUSR2', () => {});
  process.prependListener('warning', () => {});
  process.chdir('/');
  process.umask(0o111);
  return { n: 1 };
});
process.env.LANG = 'C';
const state = () => JSON.stringify([process.title, process.env.LEAKED, process.env.LANG, process.cwd(), process.umask(), process.listenerCount('SIGUSR2'), process.listenerCount('warning')]);
const before = state();
const runner = new Runner(f.end(start));
(async () => {
  const spun = await runner.spin(start, {});
  console.log(spun.status, before === state() ? 'same' : before + ' became ' + state());
  await runner.dispose();
})();`,
      );
      const result = await w.node(script);
      return /^done same$/m.test(result.stdout) ? undefined : `the test's process: ${said(result)}`;
    },
  },
  {
    name: 'Runner in the process of a test: a step that fails leaves process.exitCode and the variables',
    async check(w) {
      const script = w.write(
        'test.cjs',
        `const { flow } = require('@nx-flow/core');
const { Runner } = require('@nx-flow/core/testing');
const f = flow('leaks');
const start = f.start(() => ({ list: [1, 2] }));
const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => {
  process.exitCode = 9;
  process.env = { ONLY: String(input) };
  throw new Error('no');
});
const all = f.join('all', { after: each }, () => ({}));
const runner = new Runner(f.end(all));
(async () => {
  const ran = await runner.run();
  console.log(ran.status, process.exitCode, process.env.ONLY, typeof process.env.PATH);
  await runner.dispose();
})();`,
      );
      const result = await w.node(script);
      return /^failed undefined undefined string$/m.test(result.stdout)
        ? undefined
        : `the test's process: ${said(result)}`;
    },
  },
];
