/** What a step throws: the user's message, their line and their frames; exit code 1; the same through Runner. */
import { flowMatchers, Runner } from '../../src/testing';
import { Workspace } from '../kit/workspace';

expect.extend(flowMatchers);

const ws = new Workspace().shareProcess();
const runner = new Runner(
  ws.flow(
    'throws',
    `import { deep, Mine } from './local';
const pkg = require('pkg');
interface OfTypesOnly { lines: 'that are not there at run time' }
const ways: Record<string, () => unknown> = {
  local: () => deep({ x: 1 }),
  package: () => pkg.fail(),
  callback: () => pkg.call(() => deep({ x: 2 })),
  alone: () => pkg.later(),
  several: () => { throw new AggregateError([new TypeError('one'), new Error('two')], 'both'); },
  own: () => { throw new Mine('of my own class'); },
  text: () => { throw 'no error at all'; },
  object: () => { throw { status: 4 }; },
  nothing: () => { throw undefined; },
  limited: () => { Error.stackTraceLimit = 0; throw new Error('without frames'); },
  long: () => { const e = new Error('x'.repeat(100_000)); Object.assign(e, { cause: e, errors: [new TypeError('part', { cause: e })] }); throw e; },
};
const start = f.start(async ({ params }) => {
  await ways[params.how]?.();
});
export default f.end(start);
`,
    'how: z.string()',
  ),
);
ws.write(
  'local.ts',
  `interface A { x: number }
export function deep(a: A): never {
  const cause = Object.assign(new Error('the reason'), { code: 'EREASON' });
  throw Object.assign(new RangeError('too deep: ' + a.x, { cause }), { code: 'EDEEP', response: { status: 500, body: new Map() }, headers: { token: 'secret' } });
}
export class Mine extends TypeError {
  override name = 'Mine';
  status = 404;
}
`,
);
ws.write('node_modules/pkg/package.json', '{ "name": "pkg", "main": "index.js" }');
ws.write(
  'node_modules/pkg/index.js',
  `exports.call = (f) => f();
exports.fail = function fail() { throw new TypeError('inside the package'); };
exports.later = () => new Promise((_, no) => setTimeout(() => no(new Error('later')), 1));
`,
);
afterAll(async () => {
  await runner.dispose();
  await ws.dispose();
});

/** How it is shown: lines in this order, and what none of them may hold. */
const SHOWN: [how: string, lines: RegExp[], not?: RegExp][] = [
  [
    'local',
    [
      /^RangeError: too deep: 1$/,
      /^ {2}> 4 \| {3}throw Object\.assign\(new RangeError/,
      /^ {4}at deep \(local\.ts:4:23\)$/,
      /^ {4}at .*\(throws\.flow\.ts:11:\d+\)$/,
      /^ {4}at .*\(throws\.flow\.ts:24:\d+\)$/,
      /^ {4}\{ response: \{ status: 500 \} \}$/,
      /^Caused by Error: the reason$/,
      /^ {2}> 3 \| {3}const cause/,
    ],
    /secret/,
  ],
  [
    'package',
    [
      /^TypeError: inside the package$/,
      /^ {2}> 12 \| {3}package: \(\) => pkg\.fail\(\),$/,
      /^ {4}at .*\(throws\.flow\.ts:12:\d+\)$/,
      /^ {4}at .*\(throws\.flow\.ts:24:\d+\)$/,
      /^ {4}at .*fail \(node_modules\/pkg\/index\.js:2:40\)$/,
    ],
  ],
  [
    'callback',
    [/^RangeError: too deep: 2$/, /^ {4}at deep \(local\.ts:4:23\)$/, /\(throws\.flow\.ts:13:/],
    /pkg\/index\.js/,
  ],
  ['alone', [/^Error: later$/, /^ {4}at .*\(node_modules\/pkg\/index\.js:3:\d+\)$/]],
  [
    'several',
    [
      /^AggregateError: both$/,
      /^ {4}at .*\(throws\.flow\.ts:15:/,
      /^1 of 2 {2}TypeError: one$/,
      /^2 of 2 {2}Error: two$/,
    ],
  ],
  ['own', [/^Mine: of my own class$/, /^ {2}> 16 \|/, /^ {4}\{ status: 404 \}$/]],
  ['text', [/^Error: a value that is no Error was thrown: no error at all$/]],
  ['object', [/^Error: a value that is no Error was thrown: \{"status":4\}$/]],
  [
    'limited',
    [
      /^Error: without frames$/,
      /^ {2}> 23 \| const start = f\.start/,
      /^ {4}at start \(throws\.flow\.ts:23:/,
    ],
  ],
  [
    'long',
    [
      /^Error: x+… \(34464 more characters\)$/,
      /^ {2}> 21 \| .*\.repeat\(100_000\)/,
      /^ {4}at .*throws\.flow\.ts:21:/,
      /^1 of 1 {2}TypeError: part$/,
      /^Caused by Error: \(circular\)$/,
      /^Caused by Error: \(circular\)$/,
    ],
    /(?:\(circular\)[\s\S]*){3}/,
  ],
  ['nothing', [/^Error: a value that is no Error was thrown: undefined$/]],
];

function expectLines(text: string, lines: RegExp[], not = /$^/): void {
  let rest = text.split('\n');
  for (const line of lines) {
    const at = rest.findIndex((one) => line.test(one));
    expect({ line, in: at < 0 ? rest : 'its place' }).toEqual({ line, in: 'its place' });
    rest = rest.slice(at + 1);
  }
  expect(text).not.toMatch(/dist\/parts|node:internal|tsx|esbuild/);
  expect(text).not.toMatch(not);
}

test.each(SHOWN)('%s: run, spin and show tell it alike', async (how, lines, ...[not]) => {
  const ran = await ws.nxFlow(['run', 'throws', `--params.how=${how}`]);
  const [spun, shown] = await Promise.all([
    ws.nxFlow(['spin', 'throws', 'start', `--params.how=${how}`]),
    ws.nxFlow(['show', 'throws']),
  ]);
  expect([ran.code, spun.code]).toEqual([1, 1]);
  for (const { stdout } of [ran, spun, shown]) expectLines(stdout, lines, not);
});

test('Runner rebuilds it: class, message, stack, causes, parts and fields', async () => {
  const errors = await Promise.all(
    ['local', 'several', 'own', 'text'].map(async (how) => {
      const spun = await runner.spin('start', { params: { how } });
      expect(spun.status).toBe('failed');
      return spun.error as Error & Record<string, unknown>;
    }),
  );
  const [local, several, own, text] = errors;
  expect(local).toBeInstanceOf(RangeError);
  expect(local).toMatchObject({ code: 'EDEEP', response: { status: 500 }, cause: { code: 'EREASON' } });
  expect(local).not.toHaveProperty('headers');
  expect(local?.stack).toMatch(/^RangeError: too deep: 1\n {4}at deep \(.*local\.ts:4:23\)\n/);
  expect(several).toBeInstanceOf(AggregateError);
  expect((several as unknown as AggregateError).errors).toEqual([new TypeError('one'), new Error('two')]);
  expect(own).toMatchObject({ name: 'Mine', message: 'of my own class', status: 404 });
  expect(text?.message).toBe('a value that is no Error was thrown: no error at all');
});

test('a run through Runner has it, and the matcher shows it as the command does', async () => {
  const ran = await runner.run({ params: { how: 'local' } });
  expect(ran).toFailWith(RangeError);
  let told = '';
  try {
    expect(ran).toSucceed();
  } catch (error) {
    told = (error as Error).message;
  }
  const [, lines] = SHOWN[0] as (typeof SHOWN)[number];
  expectLines(told.replaceAll(/\(\S*\/(local|throws\.flow)\.ts/g, '($1.ts'), lines);
});

test('what a step returned and cannot be stored is told with the line of the step', async () => {
  ws.flow(
    'returns',
    `class Forest {}
     const start = f.start(() => ({ rows: [{ model: new Forest() }] }));
     export default f.end(start);`,
  );
  const { code, stdout } = await ws.nxFlow(['spin', 'returns', 'start']);
  expect(code).toBe(1);
  expect(stdout).toContain(
    "rows[0].model is a Forest, a class that no codec stores: say how, as flow('…', { codecs: [instance(Forest)] }), or return plain data.\n",
  );
  expect(stdout).toMatch(
    /> \d+ \| +const start = f\.start\([\s\S]* at start \(returns\.flow\.ts:\d+:\d+\)\n/,
  );
});
