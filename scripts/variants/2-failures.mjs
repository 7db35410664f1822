import { said } from './lib/workspace.mjs';

export const kind = 2;
export const title = 'A failure is something that cannot be described';

/** A flow whose one step has a body. */
const flowWith = (body, options = '') => `import { flow, merge } from '@nx-flow/core';
const no = (() => { throw new Error('refused'); }) as never;
void [merge, no];
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2] }));
export const odd = f.step('odd', { after: start${options} }, async () => {
  ${body}
});
export default f.end(odd);
`;

/** What is wrong unless the step has failed, and its line and a word are shown. */
function unlessFailed(result, word = 'odd.flow.ts:') {
  const all = result.stdout + result.stderr;
  if (result.hung || result.code !== 1 || !all.includes(word) || /FLOW_INTERNAL|WORKER_DIED/.test(all))
    return `expected a failed step, "${word}" and code 1, got ${said(result)}`;
  return undefined;
}

/** The same failure by `run` and by `spin`. */
async function runAndSpin(w, body, word) {
  w.write('odd.flow.ts', flowWith(body));
  const ran = unlessFailed(await w.flow('run', 'odd', '--max-workers=1'), word);
  if (ran) return `run: ${ran}`;
  const spun = unlessFailed(await w.flow('spin', 'odd', 'odd'), word);
  return spun && `spin: ${spun}`;
}

export const variants = [
  {
    name: 'run and spin: a Proxy that was revoked is thrown',
    check: (w) => runAndSpin(w, 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;'),
  },
  {
    name: 'run and spin: a class with fields of its own that refuse to become text',
    check: (w) =>
      runAndSpin(
        w,
        `class Odd extends Error { toString = no; toJSON = no; [Symbol.toPrimitive] = no; [Symbol.for('nodejs.util.inspect.custom')] = no; }
  throw new Odd('of its own class');`,
        'of its own class',
      ),
  },
  {
    name: 'run and spin: the name, the message, the stack and the code are symbols',
    check: (w) =>
      runAndSpin(
        w,
        `throw Object.assign(new Error(), { name: Symbol('n'), message: Symbol('m'), stack: Symbol('s'), code: Symbol('c') });`,
      ),
  },
  {
    name: 'run and spin: each cause has another cause, made when it is asked for',
    check: (w) =>
      runAndSpin(
        w,
        `const endless = (n: number): Error => Object.defineProperty(new Error('number ' + n), 'cause', { get: () => endless(n + 1) });
  throw endless(0);`,
        'number 0',
      ),
  },
  {
    name: 'run and spin: the errors of an AggregateError never end',
    check: (w) =>
      runAndSpin(
        w,
        `throw Object.assign(new AggregateError([], 'many'), { errors: { *[Symbol.iterator]() { for (;;) yield new Error('one'); }, get length() { return no(); } } });`,
        'many',
      ),
  },
  {
    name: 'run and spin: an object whose tag cannot be asked for, thrown from a stream',
    check: (w) =>
      runAndSpin(
        w,
        `const { Readable } = await import('node:stream');
  for await (const _ of Readable.from((function* () { throw { get [Symbol.toStringTag]() { return no(); }, get constructor() { return no(); } }; })())) ;`,
      ),
  },
  {
    name: 'run: a caught failure is the artifact of the next step, though its fields cannot be stored',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(
          `const error = Object.assign(new Error('kept'), { fn: () => 1, weak: new WeakMap(), self: Promise.resolve() });
  throw Object.defineProperty(error, 'bad', { enumerable: true, get: no });`,
          `, catch: 'why'`,
        )
          .replace('export default f.end(odd);', '')
          .concat(
            `export const after = f.step('after', { after: odd }, ({ self }) => ({ told: String(self.why?.message) }));\nexport default f.end(after);\n`,
          ),
      );
      const result = await w.flow('run', 'odd', '--json');
      const dumped = result.code === 0 ? await w.flow('dump', 'odd/1/after', '--json') : result;
      return dumped.stdout.includes('kept') ? undefined : `the run: ${said(result)}`;
    },
  },
  {
    name: 'run: the failure of a retried step is a function without a prototype',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith('throw Object.setPrototypeOf(() => {}, null);', `, retry: { times: 1, wait: '1ms' }`),
      );
      return unlessFailed(await w.flow('run', 'odd', '--max-workers=1'), 'attempt');
    },
  },
  {
    name: 'spin --all: each split throws an error of another realm without a prototype',
    async check(w) {
      w.write(
        'odd.flow.ts',
        `import { runInNewContext } from 'node:vm';
import { flow } from '@nx-flow/core';
const f = flow('odd');
export const start = f.start(() => ({ list: [1, 2] }));
export const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => {
  if (process.env.HARMLESS) return;
  throw runInNewContext('Object.setPrototypeOf(Object.assign(new Error(), { big: 3n, cause: new Proxy({}, { get() { throw null; } }) }), null)');
});
export const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`,
      );
      await w.ok('run', 'odd', { env: { HARMLESS: '1' } });
      return unlessFailed(await w.flow('spin', 'odd', 'each', '--all'));
    },
  },
  {
    name: 'Runner: the message is a getter that throws what cannot be described either',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(
          `throw Object.defineProperty(new RangeError(), 'message', { get() { throw Object.create(null); } });`,
        ),
      );
      const script = w.write(
        'test.cjs',
        `const { Runner } = require('@nx-flow/core/testing');
const runner = new Runner(${JSON.stringify(w.path('odd.flow.ts'))});
runner.spin('odd', { artifacts: { list: [] } })
  .then((spun) => console.log(spun.status, spun.error instanceof Error), (error) => console.log('rejected', error))
  .finally(() => runner.dispose());`,
      );
      const result = await w.node(script);
      return /^failed true$/m.test(result.stdout)
        ? undefined
        : `expected a failed spin with an error, got ${said(result)}`;
    },
  },
  {
    name: 'run: a step removes its working directory, and then fails by a Proxy',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(`const fs = await import('node:fs');
  fs.mkdirSync('gone'); process.chdir('gone'); fs.rmSync(process.cwd(), { recursive: true });
  throw new Proxy(new Error('in it'), { get: no });`),
      );
      return unlessFailed(await w.flow('run', 'odd', '--max-workers=1'));
    },
  },
  {
    name: 'run: a worker that is stopped in its task is told of',
    async check(w) {
      w.write(
        'odd.flow.ts',
        flowWith(`require('node:child_process').execSync('kill -STOP ' + process.pid + '; sleep 1');`),
      );
      const { done } = w.startFlow('run', 'odd', '--max-workers=1', { limit: 45_000 });
      const result = await done;
      return /neither works nor answers|silent|stopped/.test(result.stdout + result.stderr)
        ? undefined
        : `no word in 45 s: ${said(result)}`;
    },
  },
];
