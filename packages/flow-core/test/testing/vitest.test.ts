/** Runner and matchers under a real Vitest, in packages of both kinds. */
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { Workspace } from '../kit/workspace';

const root = resolve(__dirname, '../../../..');
const VITEST = join(root, 'node_modules', 'vitest', 'vitest.mjs');
/** Vitest's own limit is 5 seconds a test: little for several child processes on a busy machine. */
const PATIENT = ['--testTimeout=60000', '--hookTimeout=60000'];
const TSC = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const PASSING = `import { afterAll, expect, test } from 'vitest';
import '@nx-flow/core/testing/vitest';
import { Runner } from '@nx-flow/core/testing';
import parts, { bad, each, late, start, stray } from './parts.flow';

const here = new Runner(parts);
const child = new Runner('parts.flow.ts');
afterAll(async () => {
  await here.dispose();
  await child.dispose();
});

test('a step in this process: typed, on given and on recorded artifacts', async () => {
  const alone = await here.spin(each, { artifacts: { rows: [5], table: new Map(), when: new Date(0) } });
  expect(alone).toSucceed();
  expect(alone).toHaveArtifact('n', 50);
  const n: number = alone.artifacts.n;
  expect(n).toBe(50);
  const ran = await here.run({ params: { k: '3' } });
  expect(ran).toFailWith(RangeError);
  expect(ran).toFailWith('too many: 3');
  const spun = await here.spin(each, { from: ran, index: 2 });
  const seen = new Map([['a', [1]]]);
  expect(spun.artifacts).toEqual({ n: 9, seen, ofThisRealm: [true, true, true] });
  expect(spun.stdout).toBe('row 3\\n');
  const again = await here.spin(bad, { from: ran });
  expect(again).not.toFailWith('FLOW_TIMEOUT');
  expect(again.error).toMatchObject({ response: { status: 500 }, cause: { message: 'the cause' } });
  expect(again.error?.stack).toContain('parts.flow.ts:10:');
});

test('what nobody awaits fails the spin, and not the test run', async () => {
  expect(await here.spin(stray, { artifacts: {} })).toFailWith('nobody awaits this');
});

test('what start returns is of the realm of the test', async () => {
  const spun = await here.spin(start);
  expect(spun.artifacts.table).toEqual(new Map([['a', [1]]]));
  expect(spun.artifacts.table).toBeInstanceOf(Map);
});

test('a step in a child, by a path from the working directory; its run and its resume', async () => {
  const ran = await child.run({ params: { k: 4 } });
  expect(ran).toFailWith('MANY');
  const spun = await child.spin('each', { from: ran, index: 1 });
  expect(spun).toHaveArtifact('n', 8);
  expect(spun).toHaveArtifact('seen', new Map([['a', [1]]]));
  const failed = await child.spin('bad', { artifacts: { ns: [1, 2, 3] } });
  expect(failed.error).toBeInstanceOf(RangeError);
  expect(failed.error).toMatchObject({ response: { status: 500 }, cause: { message: 'the cause' } });
  expect(await child.resume({ from: ran })).toFailWith('too many');
});

test('timeouts: of a promise here, of a loop that never yields in a child', async () => {
  expect(await here.spin(late, { artifacts: { busy: false } })).toFailWith('FLOW_TIMEOUT');
  expect(await child.spin('late', { artifacts: { busy: true } })).toFailWith('FLOW_TIMEOUT');
});
`;

const FAILING = `import { expect, test } from 'vitest';
import '@nx-flow/core/testing/vitest';
import { Runner } from '@nx-flow/core/testing';
import parts, { bad, each, start } from './parts.flow';

test('another Map', async () => {
  expect(await new Runner(parts).spin(start)).toHaveArtifact('table', new Map([['a', [new Set([2])]]]));
});
test('another value', async () => {
  const artifacts = { rows: [1], table: new Map(), when: new Date(0) };
  expect(await new Runner(parts).spin(each, { artifacts })).toHaveArtifact('n', 11);
});
test('an error', async () => {
  expect(await new Runner(parts).spin(bad, { artifacts: { ns: [1, 2, 3] } })).toSucceed();
});
`;

const TYPES = `import { expect } from 'vitest';
import '@nx-flow/core/testing/vitest';
import { Runner } from '@nx-flow/core/testing';
import parts, { each } from './parts.flow.ts';
export async function types() {
  const spun = await new Runner(parts).spin(each, { artifacts: { rows: [1] } });
  expect(spun).toHaveArtifact('n', 1);
  expect(spun).not.toFailWith(RangeError);
  await expect(Promise.resolve(spun)).resolves.toSucceed();
  // @ts-expect-error the name of an artifact is a text
  expect(spun).toHaveArtifact(1);
  // @ts-expect-error no such matcher
  expect(spun).toSucceeed();
}
`;

/** In an ES module the file may await at its top, and its imports name the extension. */
const flowOf = (esm: boolean) => `import { flow } from '@nx-flow/core';
import { z } from 'zod';
import { limit } from './local${esm ? '.ts' : ''}';
${esm ? 'await null;' : ''}
const f = flow('parts', { params: { k: z.coerce.number().default(10) } });
export const start = f.start(({ params }) => ({ rows: [1, 2, 3], table: new Map([['a', [params.k]]]).set('a', [1]), when: new Date(0), k: params.k }));
export const each = f.foreach('each', { after: start, over: 'rows' }, ({ self, input, params }) => { console.log('row', input); return {
  n: input * params.k${esm ? '' : ' as number'}, seen: self.table, ofThisRealm: [self.table instanceof Map, self.when instanceof Date, self.rows instanceof Array] }; });
export const all = f.join('all', { after: each }, ({ inputs }) => ({ ns: inputs.map((i) => i.n) }));
export const bad = f.step('bad', { after: all }, ({ self }) => { if (self.ns.length > limit) throw Object.assign(new RangeError('too many: ' + self.ns.length, { cause: new Error('the cause') }), { code: 'MANY', response: { status: 500 } }); return { busy: false }; });
export const stray = f.step('stray', { after: bad }, async () => { void Promise.reject(new Error('nobody awaits this')); await new Promise((go) => setImmediate(go)); });
export const late = f.step('late', { after: stray, timeout: '300ms' }, async ({ self }) => { while (self.busy); await new Promise(() => {}); });
export default f.end(late);
`;

interface VitestResults {
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
}

const RESOLUTIONS = ['nodenext', 'bundler'];
const configs: string[] = [];
let compiled: Promise<Map<string, string>> | undefined;

/** What the compiler says of each config. One process compiles all: most of the time goes into its start and warming up. */
async function compile(): Promise<Map<string, string>> {
  const args = [TSC, '--build', ...configs, '--verbose', '--pretty', 'false'];
  // The names of projects in its output are relative to the working directory.
  const compiling = promisify(execFile)(process.execPath, args, { cwd: '/' });
  const { stdout } = await compiling.catch((error) => error);
  const said = new Map<string, string>();
  for (const part of (stdout as string).split(/^.* Building project '/m).slice(1)) {
    const [, config = '', text = ''] = part.match(/^([^\n]*?)'\.\.\.\n(.*)$/s) ?? [];
    said.set(config, text.replace(/^\d.*Project '.*\n?/gm, '').trim());
  }
  return said;
}

describe.each([
  ['of ES modules', { name: 'esm', private: true, type: 'module' }],
  ['of CommonJS', { name: 'cjs', private: true, type: 'commonjs' }],
])('in a package %s', (_, manifest) => {
  const w = new Workspace(manifest);
  afterAll(() => w.dispose());
  const esm = manifest.type === 'module';
  for (const name of ['vitest', 'typescript', '@types']) {
    symlinkSync(join(root, 'node_modules', name), w.path('node_modules', name), 'junction');
  }
  w.write('local.ts', 'export const limit: number = 2;\n');
  w.write('parts.flow.ts', flowOf(esm));
  w.write('passing.test.ts', PASSING);
  w.write('failing.test.ts', FAILING);
  w.write('types.ts', TYPES);

  /** A Vitest of its own: nothing of jest reaches it. */
  async function vitest(): Promise<{ code: number; printed: string; results: VitestResults }> {
    const { NODE_ENV: _, JEST_WORKER_ID: __, ...env } = process.env;
    const reporters = ['--reporter=default', '--reporter=json', '--outputFile=results.json'];
    const running = promisify(execFile)(process.execPath, [VITEST, 'run', ...reporters, ...PATIENT], {
      cwd: w.folder,
      env: { ...env, CI: '1', NO_COLOR: '1', NX_FLOW_USER: 'tester' },
    });
    const { code = 0, stdout, stderr } = await running.catch((error) => error);
    const results = JSON.parse(w.read('results.json'));
    return { code, printed: stripVTControlCharacters(stdout + stderr), results };
  }
  /** One Vitest executes both files, each in a process of its own. */
  let executed: ReturnType<typeof vitest> | undefined;
  const both = () => {
    executed ??= vitest();
    return executed;
  };

  test('Runner and matchers do what they do under jest', async () => {
    const { printed, results } = await both();
    const passing = results.testResults.find(({ name }) => name.endsWith('passing.test.ts'));
    expect(passing?.assertionResults.map(({ status }) => status)).toEqual(Array(5).fill('passed'));
    expect(passing?.status).toBe('passed');
    expect(printed).toMatch(/ passing\.test\.ts \(5 tests\)/);
    expect(printed).not.toMatch(/Unhandled/);
  });

  test('what fails tells what the step did, with the line that threw and no frame of the engine', async () => {
    const { code, printed } = await both();
    expect(code).toBe(1);
    expect(printed).toMatch(/Tests {2}3 failed \| 5 passed \(8\)/);
    expect(printed).toMatch(/- +Set \{\n- +2,\n- +\},\n\+ +1,\n/);
    expect(printed).toContain('The artifact "n" of the spin of "each" (index 0) is another.');
    expect(printed).toMatch(/- 11\n\+ 10\n/);
    expect(printed).toContain('The spin of "bad" failed:\n\nRangeError: too many: 3\n');
    expect(printed).toMatch(/ > 10 \| .*throw Object.assign.*\n/);
    expect(printed).toMatch(/ {4}at \(parts\.flow\.ts:10:\d+\)\n {4}\{ response: \{ status: 500 \} \}\n/);
    expect(printed).toContain('Caused by Error: the cause\n');
    expect(printed).not.toContain('dist/parts');
  });

  for (const resolution of RESOLUTIONS) {
    const module = resolution === 'nodenext' ? resolution : 'esnext';
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', types: ['node'] },
      ...{ module, moduleResolution: resolution, allowImportingTsExtensions: true },
    };
    const file = w.write(`${resolution}.json`, JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    configs.push(file);
  }

  test.each(RESOLUTIONS)('the matchers have types, with module resolution %s', async (resolution) => {
    compiled ??= compile();
    expect((await compiled).get(w.path(`${resolution}.json`))).toBe('');
  });
});
