import { said } from './lib/workspace.mjs';

export const kind = 5;
export const title = 'Processes that a step started outlive it';

/** `odd` starts processes, which are called `sleep 1234`. */
const flowWith = (body, options = '') => `import { exec, execFile, fork, spawn } from 'node:child_process';
import { flow } from '@nx-flow/core';
void [exec, execFile, fork, spawn];
const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
void pause;
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2] }));
export const odd = f.step('odd', { after: start${options} }, async () => {
  if (process.env.HARMLESS) return;
  ${body}
});
export default f.end(odd);
`;

const STUBBORN = `spawn('sh', ['-c', 'trap "" TERM INT HUP; sleep 1234; sleep 1234'], { stdio: 'ignore' });`;
const sleepers = (w) => w.processes().filter(({ command }) => command.startsWith('sleep 1234'));

/** What is wrong unless the command ended, and nothing that the step started is left a moment later. */
async function unlessGone(w, result, code) {
  if (result.hung) return `no end: ${said(result)}`;
  if (!(await w.until(() => sleepers(w).length === 0, 4000)))
    return `${sleepers(w).length} of its processes go on after ${said(result)}`;
  return result.code === code ? undefined : `expected code ${code}, got ${said(result)}`;
}

/** The same after a signal, which the command is sent when the step has started something. */
async function unlessGoneAfter(w, signal, started, code) {
  const begun = await w.until(() => sleepers(w).length > 0);
  started.signal(begun ? signal : 'SIGKILL');
  const result = await started.done;
  if (!begun) throw new Error(`The step started nothing: ${said(result)}`);
  return unlessGone(w, result, code);
}

/** A flow that a harmless run has recorded. */
async function recorded(w, body, options) {
  w.write('odd.flow.ts', flowWith(body, options));
  await w.ok('run', 'odd', '--max-workers=1', { env: { HARMLESS: '1' } });
}

export const variants = [
  {
    name: 'run: children and grandchildren of a shell, after a timeout',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(`exec('sleep 1234 & (sleep 1234 & wait) & wait'); await pause(60_000);`, `, timeout: '1s'`),
      );
      return unlessGone(w, await w.flow('run', 'odd', '--max-workers=1'), 1);
    },
  },
  {
    name: 'run: a step that is done leaves a shell that has left its parent',
    async check(w) {
      w.write('odd.flow.ts', flowWith(`exec('(sleep 1234 &) ; sleep 1234'); await pause(100);`));
      return unlessGone(w, await w.flow('run', 'odd', '--max-workers=1'), 0);
    },
  },
  {
    name: 'run: a step that fails leaves a fork in a process group of its own',
    async check(w) {
      w.write(
        'child.cjs',
        `require('node:child_process').spawn('sleep', ['1234'], { stdio: 'ignore' }); process.send('ready'); setInterval(() => {}, 1000);`,
      );
      w.write(
        'odd.flow.ts',
        flowWith(
          `const child = fork(__dirname + '/child.cjs', { detached: true }); await new Promise((go) => child.once('message', go)); throw new Error('no');`,
        ),
      );
      return unlessGone(w, await w.flow('run', 'odd', '--max-workers=1'), 1);
    },
  },
  {
    name: 'run: processes that ignore each signal, after Ctrl-C',
    async check(w) {
      w.write('odd.flow.ts', flowWith(`${STUBBORN} await pause(60_000);`));
      return unlessGoneAfter(w, 'SIGINT', w.startFlow('run', 'odd', '--max-workers=1'), 130);
    },
  },
  {
    name: 'resume: a detached process whose output is held, after SIGTERM',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(
          `spawn('sleep', ['1234'], { stdio: 'inherit', detached: true }).unref(); await pause(60_000);`,
        ).replace(
          'if (process.env.HARMLESS) return;',
          `if (process.env.HARMLESS) throw new Error('not yet');`,
        ),
      );
      await w.flow('run', 'odd', '--max-workers=1', { env: { HARMLESS: '1' } });
      return unlessGoneAfter(w, 'SIGTERM', w.startFlow('resume', 'odd', '--max-workers=1'), 143);
    },
  },
  {
    name: 'spin: a process that ignores SIGTERM, after a timeout',
    async check(w) {
      await recorded(w, `${STUBBORN} await pause(60_000);`, `, timeout: '1s'`);
      return unlessGone(w, await w.flow('spin', 'odd', 'odd'), 1);
    },
  },
  {
    name: 'spin: a step that is done leaves what a callback started',
    async check(w) {
      await recorded(
        w,
        `setTimeout(() => execFile('sleep', ['1234']), 1); queueMicrotask(() => spawn('sleep', ['1234'], { stdio: 'ignore', detached: true })); await pause(100);`,
      );
      return unlessGone(w, await w.flow('spin', 'odd', 'odd'), 0);
    },
  },
  {
    name: 'spin: a step that listens to SIGTERM and goes on, with its process',
    async check(w) {
      await recorded(
        w,
        `process.on('SIGTERM', () => {}); spawn('sleep', ['1234'], { stdio: 'ignore' }); for (;;) await pause(100);`,
      );
      return unlessGoneAfter(w, 'SIGTERM', w.startFlow('spin', 'odd', 'odd'), 143);
    },
  },
  {
    name: 'spin: what started it, in the same process group, hears nothing of the end of a process',
    async check(w) {
      await recorded(w, `${STUBBORN} await pause(60_000);`, `, timeout: '1s'`);
      const script = w.write(
        'launcher.cjs',
        `const { spawn } = require('node:child_process');
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => console.log('heard', name));
spawn(process.execPath, [${JSON.stringify(`${w.build}/packages/flow-core/bin/nx-flow.js`)}, 'spin', 'odd', 'odd'], { stdio: 'inherit' })
  .on('exit', (code) => { process.exitCode = code; });`,
      );
      const result = await w.node(script);
      return result.stdout.includes('heard')
        ? `a signal reached who started it: ${said(result)}`
        : unlessGone(w, result, 1);
    },
  },
  {
    name: 'spin --all: a process of the first split is gone when the second one begins',
    async check(w) {
      w.write(
        'odd.flow.ts',
        `import { execSync, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2] }));
export const each = f.foreach('each', { after: start, over: 'list' }, () => {
  if (process.env.HARMLESS) return;
  const left = execSync('ps -axo args=', { encoding: 'utf8' }).split('\\n').filter((line) => line.startsWith('sleep 12345'));
  appendFileSync(__dirname + '/left.txt', left.length + ' ');
  spawn('sleep', ['12345'], { stdio: 'ignore' });
});
export const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`,
      );
      await w.ok('run', 'odd', { env: { HARMLESS: '1' } });
      const spun = await w.flow('spin', 'odd', 'each', '--all', '--max-workers=1');
      const left = w.read('left.txt');
      return left === '0 0 ' ? unlessGone(w, spun, 0) : `the splits found ${left}processes of others`;
    },
  },
  {
    name: 'Runner: a process of a step that timed out in the process of a test',
    async check(w) {
      const script = w.write(
        'test.cjs',
        `const { spawn } = require('node:child_process');
const { flow } = require('@nx-flow/core');
const { Runner } = require('@nx-flow/core/testing');
const f = flow('odd');
const start = f.start({ timeout: '1s' }, () => { spawn('sleep', ['1234'], { stdio: 'ignore' }).unref(); return new Promise((go) => setTimeout(go, 30_000).unref()); });
const runner = new Runner(f.end(start));
const alive = setInterval(() => {}, 1000);
(async () => {
  const spun = await runner.spin(start, {});
  console.log(spun.status, spun.error?.code);
  await runner.dispose();
  clearInterval(alive);
})();`,
      );
      const result = await w.node(script);
      return result.stdout.includes('failed FLOW_TIMEOUT')
        ? unlessGone(w, result, 0)
        : `expected a timeout, got ${said(result)}`;
    },
  },
];
