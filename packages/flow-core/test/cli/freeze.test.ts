/** `spin --freeze`: the tests that it writes pass under jest and under Vitest, and fail where the step gives something else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Workspace } from '../kit/workspace';

const ROOT = resolve(__dirname, '../../../..');
const SWC = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } };

const FLOW = `import { flow, instance, merge } from '@nx-flow/core';
import { z } from 'zod';
class Point {
  constructor(readonly x: number) {}
}
const f = flow('films', {
  codecs: [instance(Point)],
  params: { least: z.coerce.number().default(2), label: z.string() },
});
const start = f.start(({ params }) => ({
  label: params.label,
  ns: [1, 2, 3],
  table: new Map([['a', new Date(0)]]),
  long: Array.from({ length: 300 }, (_, i) => ({ title: \`film \${i}\` })),
  origin: new Point(3),
  never: [new Date(Number.NaN)],
}));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ self, input, params }) => ({
  n: input * 10,
  enough: input >= params.least,
  at: { ms: performance.now(), label: self.label },
  seen: self.table.size + self.long.length + self.origin.x,
}));
const all = f.join('all', { after: each }, ({ inputs }) => ({
  ...merge(inputs, { exclude: ['n', 'enough', 'at'] }),
  sum: inputs.reduce((sum, { n }) => sum + n, 0),
  points: new Map([['origin', inputs[0].origin]]),
}));
const left = f.step('left', { after: all }, ({ self }) => ({ left: self.sum + 1 }));
const right = f.step('right', { after: all }, ({ self }) => ({ right: new Set([self.sum]) }));
const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ sum: inputs.left.left + inputs.right.right.size }));
export const films = f.end(both);
`;

const ws = new Workspace({ name: 'fixture', private: true, devDependencies: { jest: '*' } }).shareProcess();
afterAll(() => ws.dispose());

const spin = (...args: string[]) => ws.nxFlow(['spin', 'a/films.flow.ts', ...args]);
const freeze = async (...args: string[]) =>
  (await ws.ok(['spin', 'a/films.flow.ts', ...args, '--json'])).json.frozen;

beforeAll(async () => {
  ws.write('a/films.flow.ts', FLOW);
  ws.write('vitest/package.json', JSON.stringify({ name: 'v', devDependencies: { vitest: '*' } }));
  for (const name of ['jest', '@swc', '@jest', 'vitest'])
    symlinkSync(join(ROOT, 'node_modules', name), ws.path('node_modules', name), 'junction');
  ws.write(
    'jest.config.js',
    `module.exports = { testEnvironment: 'node', transform: { '[.]ts$': ['@swc/jest', ${JSON.stringify(SWC)}] } };`,
  );
  ws.write(
    'c/plain.flow.js',
    `const { flow } = require('@nx-flow/core');
const f = flow('plain');
module.exports = f.end(f.start(() => ({ long: 'long '.repeat(300),n: 1 })));
`,
  );
  await ws.ok(['run', 'a/films.flow.ts', '--params.label=best', '--params.least=3']);
});

/** Executes tests; gives the names of those that passed and failed, and what was printed. */
async function executed(script: string, args: string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd: ws.folder,
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      text += piece;
    });
  }
  await once(child, 'close');
  return stripVTControlCharacters(text);
}

test('tests of a split, a join, a gather and start pass, and fail after an edit', async () => {
  const each = await freeze('each', '--index=1', '--freeze');
  expect(each).toEqual({
    files: [
      { file: 'a/films.each-1.test.ts', size: expect.any(Number) },
      { file: 'a/films.each-1.frozen/long.json', size: expect.any(Number) },
      { file: 'a/films.each-1.frozen/origin.artifact', size: expect.any(Number) },
    ],
    typed: ['at'],
  });
  const text = ws.read('a/films.each-1.test.ts');
  expect(text).toContain("import { films } from './films.flow';");
  expect(text).toContain("at: { ms: expect.any(Number), label: 'best' },");
  expect(text).toContain("table: new Map([['a', new Date('1970-01-01T00:00:00.000Z')]]),");
  expect(text).toContain('ns: [2],');
  expect(text).toContain("params: { least: 3, label: 'best' },");
  const all = await freeze('all', '--freeze');
  // What it passes on is the file that it was given.
  expect(all.files.map(({ file }: { file: string }) => file)).toEqual([
    ...['a/films.all.test.ts', 'a/films.all.frozen/long.json', 'a/films.all.frozen/origin.artifact'],
    'a/films.all.frozen/expected.points.artifact',
  ]);
  // For jest, such a date is not equal to itself.
  expect(ws.read('a/films.all.test.ts')).toContain('never: exactly([new Date(Number.NaN)], films),');
  await freeze('both', '--freeze=a/gathered.spec.ts');
  await freeze('start', '--params.label=worst', '--freeze');
  // Neither jest nor anything else reads TypeScript where a flow is JavaScript.
  await ws.ok(['spin', 'c/plain.flow.js', 'start', '--freeze']);
  cpSync(ws.path('a'), ws.path('b'), { recursive: true });
  for (const file of ['films.all.test.ts', 'films.start.test.ts']) ws.removeFile(`b/${file}`);
  const edited = FLOW.replace('input * 10', 'input * 11').replace('inputs.left.left', '1 + inputs.left.left');
  ws.write('b/films.flow.ts', edited);

  const jest = await executed('jest/bin/jest.js', ['--rootDir=.', '--ci', '-i']);
  const files = ['films.all.test.ts', 'films.each-1.test.ts', 'films.start.test.ts', 'gathered.spec.ts'];
  const results = [...jest.matchAll(/^(PASS|FAIL) (\S+)/gm)].map(([, how, file]) => `${how} ${file}`).sort();
  expect(results).toEqual([
    ...files.filter((file) => !/all|start/.test(file)).map((file) => `FAIL b/${file}`),
    ...files.map((file) => `PASS a/${file}`),
    'PASS c/plain.start.test.js',
  ]);

  cpSync(ws.path('a'), ws.path('vitest/a'), { recursive: true });
  for (const file of files) ws.removeFile(`vitest/a/${file}`);
  await ws.ok(['run', 'vitest/a/films.flow.ts', '--params.label=best', '--store=v']);
  await ws.ok(['spin', 'vitest/a/films.flow.ts', 'each', '--index=1', '--freeze', '--force', '--store=v']);
  expect(ws.read('vitest/a/films.each-1.test.ts')).toContain("from 'vitest';");
  cpSync(ws.path('vitest/a'), ws.path('vitest/b'), { recursive: true });
  ws.write('vitest/b/films.flow.ts', edited);
  const vitest = await executed('vitest/vitest.mjs', ['run', '--root=vitest', '--reporter=verbose']);
  expect([...vitest.matchAll(/^ *([✓×]) (\S+)/gm)].map(([, how, file]) => `${how} ${file}`).sort()).toEqual([
    '× b/films.each-1.test.ts',
    '✓ a/films.each-1.test.ts',
  ]);
}, 120_000);

test('nothing is written over, outside of the project, or larger than 1 MB', async () => {
  ws.write('a/there.test.ts', '// mine');
  const refused = async (code: string, exit: number, ...args: string[]) => {
    const { code: was, stderr, stdout } = await spin('each', ...args);
    expect([was, stderr + stdout]).toEqual([exit, expect.stringContaining(code)]);
  };
  await refused('FLOW_FREEZE_EXISTS', 2, '--freeze=a/there.test.ts');
  expect(ws.read('a/there.test.ts')).toBe('// mine');
  await refused('FLOW_FREEZE_PLACE', 2, '--freeze=../outside.test.ts');
  symlinkSync('/tmp', ws.path('a/link'));
  await refused('FLOW_FREEZE_PLACE', 2, '--freeze=a/link/outside.test.ts');
  await refused('FLOW_FREEZE_PLACE', 2, '--freeze=a/films.flow.ts');
  await refused('FLOW_FREEZE_PLACE', 2, '--freeze=a/films.flow.ts/x.test.ts');
  symlinkSync(ws.path('../nothing.ts'), ws.path('a/to-nothing.test.ts'));
  await refused('FLOW_FREEZE_EXISTS', 2, '--freeze=a/to-nothing.test.ts');
  await refused('FLOW_FREEZE_SIZE', 1, '--freeze=a/small.test.ts', '--max-size=1 KB');
  expect([existsSync(ws.path('a/small.test.ts')), existsSync(ws.path('a/small.frozen'))]).toEqual([
    false,
    false,
  ]);
  await refused('FLOW_OPTION', 2, '--freeze', '--max-size=much');
  await refused('FLOW_USAGE', 2, '--force');
  for (const other of ['--all', '--from=last:2', '--through=all', '--watch'])
    await refused('FLOW_USAGE', 2, '--freeze', other);
  await refused('FLOW_USAGE', 2, '--inspect=0', '--from=last:2');
});

test('a step that reads a file is refused', async () => {
  ws.flow(
    'filed',
    `const { file } = require('@nx-flow/core');
const start = f.start(() => ({ report: file('package.json') }));
export default f.end(f.step('next', { after: start }, ({ self }) => ({ is: self.report !== undefined })));`,
  );
  await ws.ok(['run', 'filed']);
  const { code, stderr } = await ws.nxFlow(['spin', 'filed', 'next', '--freeze']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/FLOW_FREEZE .* its input "report" is a file/)]);
  // Within another value, it is no value of an input at all.
  ws.write(
    'given.cjs',
    "module.exports = { report: { files: [require('@nx-flow/core').file('package.json')] } };",
  );
  const given = await ws.nxFlow(['spin', 'filed', 'next', '--artifacts=given.cjs', '--freeze']);
  expect([given.code, given.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining('report.files[0] is a file(), which is an artifact of its own'),
  ]);
});

test('a value that holds a secret is not written', async () => {
  ws.flow(
    'secret',
    `const start = f.start(() => ({ word: 'squirrel' }));
const next = f.step('next', { after: start, secrets: ['WORD'] }, ({ self }) => ({ length: self.word.length }));
export default f.end(next);`,
  );
  await ws.ok(['run', 'secret'], { env: { WORD: 'another secret' } });
  const { code, stderr } = await ws.nxFlow(['spin', 'secret', 'next', '--freeze'], {
    env: { WORD: 'squirrel' },
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining('FLOW_SECRET_ARTIFACT')]);
  expect(existsSync(ws.path('secret.next.test.ts'))).toBe(false);
});
