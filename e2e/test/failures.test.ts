import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { small } from '../lib/flows';
import { remove } from '../lib/remove';
import { type Result, Workspace } from '../lib/workspace';

const BODY = `({ self }) => {
  const limit = self.one;
  throw new RangeError('more than ' + limit);
}`;
const workspace = new Workspace('failures', {
  'fails/fails.flow.ts': small('fails', BODY),
  'app/project.json': { name: 'app', targets: { build: { command: 'echo built' } } },
  'good/good.flow.ts': small('good'),
});

test.each(['run', 'spin'])(
  'a step that fails under nx %s shows its message and the line of its source',
  async (target) => {
    const args = target === 'run' ? ['run', 'fails'] : ['spin', 'fails', '--step=double'];
    const { code, text } = await workspace.warm(...args);
    expect(text).toContain('RangeError: more than 1');
    expect(text).toMatch(/> +8 \| +throw new RangeError/);
    expect(text).toContain('fails/fails.flow.ts:8:9');
    expect(text).not.toContain('node_modules/@nx-flow');
    expect(code).toBe(1);
  },
);

test('the JSON of a failure has the error', async () => {
  const result = await workspace.warm('spin', 'fails', 'double', '--json');
  expect(result.json()).toMatchObject({
    step: 'double',
    status: 'failed',
    error: { name: 'RangeError', message: 'more than 1' },
  });
  expect(result.code).toBe(1);
});

describe('whatever is wrong with flows or their store, other projects go on', () => {
  const { warm: nx } = workspace;
  const path = (...parts: string[]) => join(workspace.folder, ...parts);
  const removeAll = (...files: string[]) => {
    for (const file of files) remove(path(file));
  };
  const DATA = '.nx/workspace-data';
  const parsed = () => readdirSync(path(DATA)).filter((name) => /^nx-flow-\w+\.json$/.test(name));
  const reset = async () => {
    await workspace.forget('broker');
    removeAll('.flow', 'dist', 'odd');
    // Nothing is replayed that an earlier test has left.
    for (const hash of readdirSync(path('.nx/cache')))
      if (/^\d+$/.test(hash)) removeAll(join('.nx/cache', hash));
    for (const name of parsed()) removeAll(join(DATA, name));
  };
  beforeAll(async () => {
    await reset();
    removeAll('fails');
  });
  afterEach(reset);

  async function expectOthersToGoOn(more: string[] = [], command = nx): Promise<void> {
    const build = await command('run-many', '-t', 'build', ...more);
    expect([build.code, build.text]).toEqual([0, expect.stringContaining('Successfully ran target')]);
    const shown = await command('show', 'projects', '--json');
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([0, expect.arrayContaining(['app', 'good'])]);
  }
  /** One line of ours, with its code and without a stack. */
  function expectOneSentence({ code, text }: Result, sentence: string): void {
    expect(text.split('\n').filter((line) => /^FLOW_|^ +at /.test(line))).toEqual([
      expect.stringContaining(sentence),
    ]);
    expect(code).toBe(1);
  }

  test.each(['process.exit(0);', 'Promise.reject(null);', 'throw null;'])(
    'a flow whose file says %s at its top fails each time, and nothing is cached',
    async (top) => {
      workspace.write({ 'odd/odd.flow.ts': `${top}\n${small('odd')}` });
      await expectOthersToGoOn();
      for (const target of ['run', 'spin-start', 'spin-start']) {
        const { code, text } = await nx('run', `odd:${target}`);
        expect([target, code, text]).toEqual([
          target,
          1,
          expect.stringMatching(/^FLOW_IMPORT {2}\S*odd\.flow\.ts /m),
        ]);
        expect(text).not.toContain('existing outputs');
      }
    },
  );

  test('what a flow leaves for later makes no success of a step that fails, and nothing is cached', async () => {
    const top = `process.on('exit', () => { process.exitCode = 0; });
process.once('exit', () => process.exit(0));
process.exit = (process as any).reallyExit = (() => {}) as never;`;
    workspace.write({ 'odd/odd.flow.ts': `${top}\n${small('odd', BODY)}` });
    for (const target of ['run', 'spin-double']) {
      // Tasks have processes of their own here.
      const { code, text } = workspace.nx('run', `odd:${target}`);
      expect([target, code]).toEqual([target, 1]);
      expect(text).toContain('RangeError: more than 1');
    }
    const asked = await workspace.ask('run', 'odd:spin-double');
    expect([asked.code, asked.text]).toEqual([1, expect.not.stringContaining('existing outputs')]);
  });

  test('a file in the place of .flow', async () => {
    workspace.write({ '.flow': 'a file' });
    await expectOthersToGoOn(['spin-start']);
    for (const args of [['run'], ['spin', '--step=double'], ['resume'], ['snapshot']]) {
      const [target, ...options] = args as [string, ...string[]];
      expectOneSentence(await nx('run', `good:${target}`, ...options), 'FLOW_STORE_UNWRITABLE');
    }
    const told = (await nx('run', 'good:spin-start')).stderr
      .split('\n')
      .filter((line) => line.startsWith('nx-flow:'));
    // What Nx hashes lies elsewhere.
    expect(told).toEqual([]);
    expect(readFileSync(path('.flow'), 'utf8')).toBe('a file');
  });

  test('a file in the place of dist', async () => {
    expect((await nx('run', 'good')).code).toBe(0);
    workspace.write({ dist: 'a file' });
    await expectOthersToGoOn();
    for (const args of [['spin-start'], ['spin', '--step=double'], ['snapshot']]) {
      const [target, ...options] = args as [string, ...string[]];
      const result = await nx('run', `good:${target}`, ...options);
      expectOneSentence(
        result,
        `FLOW_OUTPUTS_UNWRITABLE  The folder for outputs ${path('dist/flow')} cannot be written (ENOTDIR): remove or rename ${path('dist')}, which is not a folder.`,
      );
      expect(result.stderr).not.toContain('nx-flow:');
    }
    expect(readFileSync(path('dist'), 'utf8')).toBe('a file');
  });

  test('a step that fails as a target is named without a run, for there is none', async () => {
    workspace.write({ 'odd/odd.flow.ts': small('odd', BODY) });
    const { code, text } = await nx('run', 'odd:spin-double');
    expect([code, text]).toEqual([1, expect.stringMatching(/^odd\/double\nRangeError: more than 1$/m)]);
  });

  /** The store is one that no broker serves. */
  async function withoutBroker(done: () => Promise<void>): Promise<void> {
    workspace.keepsBroker = false;
    await workspace.forget('broker');
    try {
      await done();
    } finally {
      workspace.keepsBroker = true;
    }
  }

  test('a store that no broker can open', () =>
    withoutBroker(async () => {
      workspace.write({ '.flow/db': 'a file' });
      await expectOthersToGoOn(['spin-start']);
      expectOneSentence(await nx('run', 'good'), 'FLOW_STORE_UNAVAILABLE  The store');
    }));

  test('a store that another process has locked', async () => {
    expect((await nx('run', 'good')).code).toBe(0);
    // The clock goes thirty times as fast: while a command waits for a broker, it starts one after another.
    const hurry = 'const { bigint } = process.hrtime; process.hrtime.bigint = () => 30n * bigint();';
    workspace.write({ 'odd/hurry.cjs': hurry });
    const script = `const { Level } = require('level');
      // A broker that leaves holds it for a moment.
      const lock = () => new Level(${JSON.stringify(path('.flow/db'))}).open().then(
        () => { console.log('locked'); process.stdin.resume(); },
        () => setTimeout(lock, 20),
      );
      lock();`;
    await withoutBroker(async () => {
      const locker = spawn(process.execPath, ['-e', script], { cwd: workspace.folder });
      try {
        await once(locker.stdout, 'data');
        await expectOthersToGoOn(['spin-start']);
        workspace.env = { NODE_OPTIONS: `--require=${path('odd/hurry.cjs')}` };
        // On a slow machine the broker that was started last has been silent for long by that clock.
        expectOneSentence(workspace.nx('run', 'good'), "FLOW_STORE_UNAVAILABLE  The store's broker");
      } finally {
        workspace.env = {};
        locker.stdin.end();
        await once(locker, 'exit');
      }
    });
    expect((await nx('run', 'good')).text).toContain('good/2 done');
  });

  test.each(['cut off', 'another shape', 'a folder'])('%s: caches of what was parsed', async (what) => {
    await nx('run', 'good:spin-start');
    expect(parsed()).toEqual(expect.arrayContaining(['nx-flow-sources.json', 'nx-flow-links.json']));
    for (const name of parsed()) {
      const file = join(path(DATA), name);
      const text = readFileSync(file, 'utf8');
      rmSync(file);
      if (what === 'a folder') mkdirSync(file);
      else writeFileSync(file, what === 'cut off' ? text.slice(0, -9) : '{"parser":"","files":null}');
    }
    // What a process has in memory it need not read.
    await workspace.forget('plugin');
    const shown = await nx('show', 'projects');
    expect(shown.stderr.includes('cannot be kept')).toBe(what === 'a folder');
    await expectOthersToGoOn(['spin-start']);
    // What the cache does not tell must not be taken for what it was.
    const edited = small('good').replace('one: 1', 'one: 2');
    workspace.write({ 'good/good.flow.ts': edited });
    expect((await nx('run', 'good:spin-double')).code).toBe(0);
    expect(readFileSync(path('dist/flow/good/steps/double/artifacts/twice.json'), 'utf8')).toBe('4\n');
    workspace.write({ 'good/good.flow.ts': small('good') });
    expect(readdirSync(path(DATA)).filter((name) => /^nx-flow-.*\d$/.test(name))).toEqual([]);
  });

  test('a parser that is not installed for this platform', async () => {
    await nx('run', 'good:spin-start');
    const preload = `const Module = require('node:module');
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...more) => {
        if (name === 'oxc-parser') throw new Error('Cannot find native binding.');
        return resolve.call(Module, name, ...more);
      };`;
    workspace.write({ 'odd/preload.cjs': preload, 'odd/new.flow.ts': small('new') });
    const env = { NODE_OPTIONS: `--require=${path('odd/preload.cjs')}` };
    const without = new Workspace('failures', {}, { beside: workspace, env });
    try {
      const { code, text } = await without.warm('run', 'odd');
      expect(text).toContain('nx-flow: Cannot find native binding. The flow keeps its targets.');
      expect([code, text]).toEqual([0, expect.stringContaining('new/1 done')]);
      await expectOthersToGoOn([], without.warm);
    } finally {
      await without.close();
    }
    expect((await nx('run', 'odd:spin-end')).code).toBe(0);
  });

  test('what is called as a flow and is no file, or holds no flow', async () => {
    workspace.write({ 'odd/x.flow.ts/index.ts': 'export {};\n', 'odd/empty/y.flow.ts': '' });
    symlinkSync('nowhere.ts', path('odd/z.flow.ts'));
    await expectOthersToGoOn(['spin-start']);
    expect(JSON.parse((await nx('show', 'projects', '--json')).stdout).sort()).toEqual([
      'app',
      'empty',
      'good',
    ]);
    expectOneSentence(await nx('run', 'empty'), 'FLOW_NOT_EXPORTED');
  });

  test('names that no flow and no step can have', async () => {
    const names = ['two words', '../../../../out', 'a:b', '', 'n'.repeat(300)];
    for (const [i, name] of names.entries()) {
      workspace.write({
        [`odd/flow-${i}/a.flow.ts`]: small(name),
        [`odd/step-${i}/b${i}.flow.ts`]: small(`odd${i}`).replace("'double'", `'${name}'`),
      });
    }
    await expectOthersToGoOn(['spin-end']);
    for (const [project, flow] of names.flatMap((_, i) => [
      [`flow-${i}`, 'a'],
      [`step-${i}`, `odd${i}`],
    ])) {
      const { targets } = await workspace.project(project as string);
      expect(Object.keys(targets).sort()).toEqual(
        ['resume', 'run', 'snapshot', 'spin'].flatMap((name) => [name, `${name}-${flow}`]),
      );
    }
    const both = ['-p', 'flow-0', 'step-0'];
    const { code, text } = await nx('run-many', '-t', 'run', ...both, '--output-style=static');
    expect(code).toBe(1);
    let said = text;
    for (const i of [1, 2, 3, 4])
      for (const file of [`odd/flow-${i}/a.flow.ts`, `odd/step-${i}/b${i}.flow.ts`]) {
        const refused = await workspace.warmFlow('run', file);
        expect([file, refused.code]).not.toEqual([file, 0]);
        said += refused.text;
      }
    for (const name of names) {
      expect(said).toContain(`The flow's name "${name}" is not usable`);
      expect(said).toContain(`The step name "${name}" is not usable`);
    }
    // What is wrong with one flow does not keep Nx from replaying another.
    const replayed = (await nx('run', 'good:spin-end')).text;
    expect(replayed).not.toContain('nx-flow:');
    expect(replayed).toContain('for 3 out of 3 tasks');
    expect([existsSync(path('out')), existsSync(path('../out'))]).toEqual([false, false]);
  });

  test('a name of JavaScript’s own is a name', async () => {
    const body = '({ self }) => ({ twice: self.one * 2 })';
    const flow = small('__proto__', body).replace("'double'", "'constructor'");
    workspace.write({ 'odd/proto.flow.ts': flow });
    expect((await nx('run', 'odd')).text).toContain('__proto__/1 done');
    for (const how of ['executed', 'replayed']) {
      const { code, text } = await nx('run', 'odd:spin-end');
      expect([code, text.includes('for 3 out of 3 tasks')]).toEqual([0, how === 'replayed']);
    }
    expect((await nx('spin', 'odd', '--step=constructor')).text).toMatch(/twice +number +\d+ B +same/);
  });
});
