import { said } from './lib/workspace.mjs';

export const kind = 3;
export const title = 'The code of a flow and the engine share one process and its channels';

/** `odd` does something; `after` is the next step, in the same worker. */
const flowWith = (body, top = '') => `import { flow } from '@nx-flow/core';
${top}
const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
void pause;
const f = flow('odd');
export const start = f.start(() => ({}));
export const odd = f.step('odd', { after: start }, async () => {
  ${body}
  return { n: 42 };
});
export const after = f.step('after', { after: odd }, ({ self }) => ({ more: self.n + 1 }));
export default f.end(after);
`;

/** What is wrong unless a run in one worker is done, and its artifacts are those that were returned. */
async function unlessDone(w, body, top) {
  w.write('odd.flow.ts', flowWith(body, top));
  const ran = await w.flow('run', 'odd', '--max-workers=1');
  if (ran.hung || ran.code !== 0) return `expected a run that is done, got ${said(ran)}`;
  const dumped = await w.flow('dump', 'odd/1/after', '--json');
  return /"n":42\b.*"more":43\b|"more":43\b.*"n":42\b/.test(dumped.stdout)
    ? undefined
    : `other artifacts: ${said(dumped)}`;
}

/** What is wrong unless a spin after a run is done, and tells its artifact in JSON. */
async function unlessSpinTells(w, body) {
  w.write('odd.flow.ts', flowWith(''));
  await w.ok('run', 'odd', '--max-workers=1');
  w.write('odd.flow.ts', flowWith(body));
  const spun = await w.flow('spin', 'odd', 'odd', '--json');
  let told;
  try {
    told = JSON.parse(spun.stdout.trimEnd().split('\n').at(-1));
  } catch {
    // It is told below.
  }
  return !spun.hung && spun.code === 0 && told?.version === 1 && told.status === 'done'
    ? undefined
    : `expected a spin that is done and says so in JSON, got ${said(spun)}`;
}

export const variants = [
  {
    name: "run: a message of the step's own that Node takes for one of its internal ones",
    check: (w) =>
      unlessDone(
        w,
        `const { send } = process as any;
  for (const cmd of ['NODE_HANDLE', 'NODE_HANDLE_NACK', 'NODE_CLUSTER']) send?.call(process, { cmd, type: 'net.Socket', msg: {} });
  await pause(20);`,
      ),
  },
  {
    name: 'run: the step emits `disconnect`, as if the command had left',
    check: (w) => unlessDone(w, `process.emit('disconnect'); await pause(20);`),
  },
  {
    name: 'run: process.send is another function from now on',
    check: (w) => unlessDone(w, `(process as any).send = () => { throw new Error('no post today'); };`),
  },
  {
    name: 'run: a listener of messages ends the process',
    check: (w) => unlessDone(w, `process.on('message', () => process.exit(0)); await pause(20);`),
  },
  {
    name: 'run: all signals and messages have no listeners, and the channel is let go',
    check: (w) =>
      unlessDone(
        w,
        `for (const name of process.eventNames()) for (const one of process.rawListeners(name as any)) process.off(name as any, one as any);
  (process as any).channel?.unref();`,
      ),
  },
  {
    name: 'run: lines on the descriptors of the channel',
    check: (w) =>
      unlessDone(
        w,
        `const { writeSync, fstatSync } = await import('node:fs');
  try { if (fstatSync(3).isSocket()) writeSync(3, '{"type":"outcome"}\\n{"type":"log","text":7}\\n'); } catch {}
  await pause(20);`,
      ),
  },
  {
    name: 'run: the global objects process and Buffer are gone',
    check: (w) =>
      unlessDone(
        w,
        `for (const name of ['process', 'Buffer', 'setTimeout', 'queueMicrotask']) delete (globalThis as any)[name];`,
      ),
  },
  {
    name: 'spin: other timers and another JSON while the command writes',
    check: (w) =>
      unlessSpinTells(
        w,
        `JSON.stringify = () => 'null'; process.nextTick = () => {}; (globalThis as any).setImmediate = () => 0;`,
      ),
  },
  {
    name: 'spin: stdout and stderr are destroyed by an error',
    check: (w) => unlessSpinTells(w, `process.stderr.destroy(new Error('gone')); process.stdout.destroy();`),
  },
  {
    name: 'spin: the step fails, and a listener of `exit` says that all is well',
    async check(w) {
      w.write('odd.flow.ts', flowWith(''));
      await w.ok('run', 'odd', '--max-workers=1');
      w.write(
        'odd.flow.ts',
        flowWith(
          `process.on('exit', () => { process.exitCode = 0; (process as any).reallyExit(0); }); throw new Error('first');`,
        ),
      );
      const spun = await w.flow('spin', 'odd', 'odd');
      return spun.code === 1 && spun.stdout.includes('first') ? undefined : `the spin: ${said(spun)}`;
    },
  },
  {
    name: 'spin: the handler that a step adds for what nothing catches ends the process',
    async check(w) {
      w.write('odd.flow.ts', flowWith(''));
      await w.ok('run', 'odd', '--max-workers=1');
      w.write(
        'odd.flow.ts',
        flowWith(
          `process.on('uncaughtException', () => process.exit(0)); setImmediate(() => { throw new Error('first'); }); await pause(50);`,
        ),
      );
      const spun = await w.flow('spin', 'odd', 'odd');
      return spun.code === 1 && spun.stdout.includes('first') ? undefined : `the spin: ${said(spun)}`;
    },
  },
  {
    name: 'spin --all: each split disconnects and sends rubbish by a function that it kept',
    async check(w) {
      w.write(
        'odd.flow.ts',
        `import { flow } from '@nx-flow/core';
const { send, disconnect } = process as any;
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2, 3] }));
export const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => {
  if (!process.env.HARMLESS) { send?.call(process, [input, undefined]); disconnect?.call(process); }
  return { n: input };
});
export const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`,
      );
      await w.ok('run', 'odd', { env: { HARMLESS: '1' } });
      const spun = await w.flow('spin', 'odd', 'each', '--all', '--max-workers=1');
      return !spun.hung && spun.code === 0 ? undefined : `the spin: ${said(spun)}`;
    },
  },
  {
    name: 'Runner: a step under its own process sends an outcome of its own making, and is still what it returns',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(
          `const { send } = process as any; for (let id = 0; id < 9; id++) { send?.call(process, { id, value: { status: 'done', artifacts: {} } }); send?.call(process, { type: 'result', id }); } await pause(20);`,
        ),
      );
      const script = w.write(
        'test.cjs',
        `const { Runner } = require('@nx-flow/core/testing');
const runner = new Runner(${JSON.stringify(w.path('odd.flow.ts'))});
runner.spin('odd', { artifacts: {} })
  .then((spun) => console.log(spun.status, spun.artifacts.n), (error) => console.log('rejected', error))
  .finally(() => runner.dispose());`,
      );
      const result = await w.node(script);
      return /^done 42$/m.test(result.stdout) ? undefined : `expected a spin with n 42, got ${said(result)}`;
    },
  },
];
