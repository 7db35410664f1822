import { said } from './lib/workspace.mjs';

export const kind = 1;
export const title = 'A flow file leaves, hangs or throws while it is imported';

/** A flow whose file does something when it is imported. */
const flowThat = (does, body = '() => ({ n: 1 })') => `import { flow } from '@nx-flow/core';
${does}
const f = flow('odd');
export const start = f.start(${body});
export default f.end(start);
`;
const MODULE = '{ "type": "module" }';

/** What is wrong unless it is refused as an import that fails, with a word about what happened. */
function unlessRefused(result, word) {
  const all = result.stdout + result.stderr;
  if (result.hung || result.code !== 2 || !all.includes('FLOW_IMPORT') || !all.includes(word))
    return `expected FLOW_IMPORT about "${word}" and code 2, got ${said(result)}`;
  return undefined;
}

export const variants = [
  {
    name: 'spin: the file sends itself a signal',
    async check(w) {
      w.write('odd.flow.ts', flowThat(`process.kill(process.pid, 'SIGTERM');`));
      return unlessRefused(await w.flow('spin', 'odd', 'start'), 'SIGTERM');
    },
  },
  {
    name: 'run: a CommonJS package throws a symbol',
    async check(w) {
      w.write('node_modules/odd/index.js', `throw Symbol('nobody expects me');`);
      w.write('odd.flow.ts', flowThat(`import 'odd';`));
      return unlessRefused(await w.flow('run', 'odd'), 'nobody expects me');
    },
  },
  {
    name: 'check: a helper module waits for an event that nobody emits; the problem of another flow is told, too',
    async check(w) {
      w.write('a/package.json', MODULE);
      w.write(
        'a/ready.ts',
        `import { EventEmitter, once } from 'node:events';\nexport const [ready] = await once(new EventEmitter(), 'ready');\n`,
      );
      w.write('a/odd.flow.ts', flowThat(`import { ready } from './ready';\nvoid ready;`));
      w.write(
        'b/lame.flow.ts',
        `import { flow } from '@nx-flow/core';\nconst f = flow('lame');\nf.start(() => ({}));\n`,
      );
      const checked = await w.flow('check');
      return unlessRefused(checked, 'odd.flow.ts') ?? unlessRefused(checked, 'lame.flow.ts');
    },
  },
  {
    name: 'resume: a module that was harmless in the run ends the process without events',
    async check(w) {
      w.write('other.ts', '');
      w.write('odd.flow.ts', flowThat(`import './other';`, `() => { throw new Error('not yet'); }`));
      await w.flow('run', 'odd');
      w.write('other.ts', '(process as any).reallyExit(0);');
      return unlessRefused(await w.flow('resume', 'odd'), 'other.ts');
    },
  },
  {
    name: 'why: a module exports a `then` that never settles',
    async check(w) {
      w.write('package.json', '{ "name": "variant", "private": true, "type": "module" }');
      w.write('odd.flow.ts', flowThat(''));
      await w.ok('run', 'odd');
      w.write('odd.flow.ts', flowThat('export function then() {}'));
      const result = await w.flow('why', 'odd', 'start');
      // It may be imported without a call of that function.
      return result.code === 0 && result.stdout.includes('Code')
        ? undefined
        : unlessRefused(result, 'odd.flow.ts');
    },
  },
  {
    name: 'spin: a microtask throws nothing at all',
    async check(w) {
      w.write('odd.flow.ts', flowThat('queueMicrotask(() => { throw undefined; });'));
      return unlessRefused(await w.flow('spin', 'odd', 'start'), 'undefined');
    },
  },
  {
    name: 'run: the file leaves by an exception that its own handler answers with exit 0',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowThat(
          `process.on('uncaughtException', () => process.exit(0));\nsetImmediate(() => { throw new Error('late'); });`,
        ),
      );
      return unlessRefused(await w.flow('run', 'odd'), 'odd.flow.ts:');
    },
  },
  {
    name: 'run: in worker processes alone, an await at the top never settles',
    async check(w) {
      w.write('package.json', '{ "name": "variant", "private": true, "type": "module" }');
      w.write(
        'odd.flow.ts',
        flowThat(`if (process.argv[1]?.endsWith('worker.js')) await new Promise(() => {});`),
      );
      return unlessRefused(await w.flow('run', 'odd', '--max-workers=1'), 'odd.flow.ts');
    },
  },
  {
    name: 'spin --all: in worker processes alone, the file aborts',
    async check(w) {
      const flow = (top) => `import { flow } from '@nx-flow/core';
${top}
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2] }));
export const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ n: input }));
export const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`;
      w.write('odd.flow.ts', flow(''));
      await w.ok('run', 'odd', '--max-workers=1');
      w.write('odd.flow.ts', flow(`if (process.argv[1]?.endsWith('worker.js')) process.abort();`));
      return unlessRefused(await w.flow('spin', 'odd', 'each', '--all'), 'abort');
    },
  },
  {
    name: 'Runner: a module of a flow that is given by its file kills its process',
    async check(w) {
      w.write('other.ts', `process.kill(process.pid, 'SIGKILL');`);
      w.write('odd.flow.ts', flowThat(`import './other';`));
      const script = w.write(
        'test.cjs',
        `const { Runner } = require('@nx-flow/core/testing');
const runner = new Runner(${JSON.stringify(w.path('odd.flow.ts'))});
runner.spin('start').then(
  (spun) => console.log('settled', spun.status, spun.error?.code),
  (error) => console.log('rejected', error.code, error.message),
).finally(() => runner.dispose());`,
      );
      const result = await w.node(script);
      return /rejected FLOW_IMPORT .*SIGKILL/.test(result.stdout)
        ? undefined
        : `expected that the spin is rejected with FLOW_IMPORT, got ${said(result)}`;
    },
  },
  {
    name: 'Nx: a promise callback of the file ends the process of a target; Nx tells it as failed, and caches nothing',
    async check(w) {
      w.link('nx', '@nx/devkit');
      w.write('.gitignore', 'node_modules\n.nx\n.flow\ndist\n');
      w.write('nx.json', '{ "plugins": ["@nx-flow/plugin"] }');
      w.write('package.json', '{ "name": "variant", "private": true }');
      w.write('apps/odd/package.json', '{ "name": "odd", "private": true }');
      const file = 'apps/odd/odd.flow.ts';
      w.write(file, flowThat(''));
      const target = ['run', 'odd:spin-start', '--outputStyle=static'];
      const before = await w.nx(...target, { limit: 60_000 });
      w.write(file, flowThat('void Promise.resolve().then(() => process.exit());'));
      for (let n = 0; n < 2; n++) {
        const result = await w.nx(...target, { limit: 60_000 });
        if (result.code === 0) return `the target succeeded, time ${n + 1}: ${said(result)}`;
        if (!result.stdout.includes('FLOW_IMPORT'))
          return `no FLOW_IMPORT: ${said(result)} (${said(before)})`;
      }
      return undefined;
    },
  },
];
