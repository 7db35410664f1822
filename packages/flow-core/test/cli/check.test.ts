import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Result, Workspace } from '../kit/workspace';

const root = resolve(__dirname, '../../../..');
const HEAD = "import { flow } from '@nx-flow/core';\n";
const one = (name: string, more = '') =>
  `${HEAD}${more}const f = flow('${name}');\nexport default f.end(f.start(() => ({ a: 1 })));\n`;

const spaces: Workspace[] = [];
function workspace(): Workspace {
  const ws = new Workspace().shareProcess();
  spaces.push(ws);
  return ws;
}
afterAll(() => Promise.all(spaces.map((ws) => ws.dispose())));

/** Places from the workspace, as a person reads them. */
const told = ({ json }: Result, ws: Workspace, what: 'problems' | 'warnings' = 'problems') =>
  json[what].map(
    ({ where, code }: { where: string; code: string }) => `${where.replace(`${ws.folder}/`, '')} ${code}`,
  );

describe('what is wrong is one line each, with its place and its code', () => {
  const ws = workspace();
  ws.write('good.flow.ts', one('good'));
  ws.write(
    'graph.flow.ts',
    `${HEAD}const f = flow('graph');
const start = f.start(() => ({ a: 1 }));
f.step('dead', { after: start, tmeout: '1s', timeuot: '2s' } as never, () => ({}));
f.step('carded', { after: start, card: true }, () => ({}));
export default f.end(start);
`,
  );
  ws.write('syntax.flow.ts', `${HEAD}const f = flow('syntax';\n`);
  ws.write('deep.flow.ts', one('deep', "import './broken';\n"));
  ws.write('broken.ts', 'export const x = 1;\nconst y = (;\n');
  ws.write('missing.flow.ts', one('missing', "import './wants';\n"));
  ws.write('wants.ts', "\nimport { a } from './lib/nope';\nexport const b = a;\n");
  ws.write('uninstalled.flow.ts', one('uninstalled', "import x from 'no-such-package';\nvoid x;\n"));
  ws.write('throws.flow.ts', one('throws', "throw new RangeError('at import');\n"));
  ws.write('none.flow.ts', `${HEAD}export const f = flow('none');\n`);
  ws.write('esm/package.json', '{ "name": "esm", "type": "module" }');
  ws.write('esm/modern.flow.ts', one('modern', "import { x } from './nope.ts';\nawait x;\n"));

  let all: Result;
  beforeAll(async () => {
    all = await ws.nxFlow(['check', '--json']);
  });

  test('of every flow in the workspace', () => {
    expect(told(all, ws).sort()).toEqual([
      'broken.ts:2:12 FLOW_SYNTAX',
      'esm/modern.flow.ts:2:19 FLOW_IMPORT',
      'graph.flow.ts:4:3 FLOW_DEAD_END',
      'graph.flow.ts:4:3 FLOW_OPTION_UNKNOWN',
      'graph.flow.ts:4:3 FLOW_OPTION_UNKNOWN',
      'graph.flow.ts:5:3 FLOW_DEAD_END',
      'none.flow.ts FLOW_NOT_EXPORTED',
      'syntax.flow.ts:2:24 FLOW_SYNTAX',
      'throws.flow.ts:2:7 FLOW_IMPORT',
      'uninstalled.flow.ts:2:15 FLOW_IMPORT',
      'wants.ts:2:19 FLOW_IMPORT',
    ]);
    expect(all.code).toBe(2);
    expect(all.json.warnings).toEqual([]);
    expect(all.json.flows).toContainEqual({
      flow: 'good',
      file: ws.path('good.flow.ts'),
      steps: ['start', 'end'],
    });
  });

  test('for people too', () => {
    for (const line of [
      '✗ syntax.flow.ts:2:24  Expected `,` or `)` but found `;`  FLOW_SYNTAX\n',
      '✗ wants.ts:2:19  There is no module "./lib/nope".  FLOW_IMPORT\n',
      '✗ uninstalled.flow.ts:2:15  The package "no-such-package" is not installed.  FLOW_IMPORT\n',
      '✗ throws.flow.ts:2:7  The file throws when it is imported: RangeError: at import  FLOW_IMPORT\n',
      '\n✗ 9 flows, 11 problems\n',
    ]) {
      expect(all.stderr).toContain(line);
    }
  });

  test('of one flow alone; a command that runs it shows the line that imports what is missing', async () => {
    const [checked, ran] = await Promise.all([
      ws.nxFlow(['check', 'missing']),
      ws.nxFlow(['run', 'missing']),
    ]);
    expect(checked).toMatchObject({ code: 2 });
    expect(checked.stdout).toBe(
      '✗ wants.ts:2:19  There is no module "./lib/nope".  FLOW_IMPORT\n\n✗ 1 flow, 1 problem\n',
    );
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toBe(
      [
        `FLOW_IMPORT  ${ws.path('missing.flow.ts')} cannot be imported: ${ws.path('wants.ts')}:2:19  There is no module "./lib/nope".`,
        '    1 | ',
        "  > 2 | import { a } from './lib/nope';",
        '      |                   ^',
        '    3 | export const b = a;\n',
      ].join('\n'),
    );
  });

  test('a flow that is not there is bad usage', async () => {
    const { code, stderr } = await ws.nxFlow(['check', 'nosuch']);
    expect(stderr).toMatch(/^FLOW_NOT_FOUND {2}There is no flow "nosuch"/);
    expect(code).toBe(2);
  });
});

test('warnings alone end well: another name than the file, names and edges that are computed, a name claimed twice', async () => {
  const ws = workspace();
  ws.write(
    'odd.flow.ts',
    `import { flow, oneOf } from '@nx-flow/core';
import { steps } from './steps';
const f = flow('computed');
const start = f.start(() => ({ a: 1 }));
let last = start;
for (const n of ['x', 'y']) last = f.step(\`s_\${n}\`, { after: last }, () => ({ a: 2 })) as never;
const options = { after: start };
const via = f.step('via', options, () => ({}));
const plain = f.step('plain', { after: start as typeof start }, () => ({}));
const all = f.gather('all', { after: { last, via, plain } }, () => ({ on: 'a' as 'a' | 'b' }));
const pick = f.switch('pick', { after: all, on: 'on', cases: ['a', 'b'] }, () => ({ on: 'a' as 'a' | 'b' }));
const a = f.step('a', { after: pick.when('a') }, () => ({}));
export default steps(f, f.step('united', { after: oneOf(a, pick.when('b')) }, () => ({})));
`,
  );
  ws.write(
    'steps.ts',
    `export function steps(f: any, after: any) {
  return f.end({ after: f.step('elsewhere', { after }, () => ({})) }, () => ({}));
}
`,
  );
  ws.write('one/twin.flow.ts', one('twin'));
  ws.write('two/twin.flow.ts', one('twin'));
  const checked = await ws.ok(['check', '--json']);
  expect(told(checked, ws, 'warnings').sort()).toEqual([
    'odd.flow.ts:10:15 FLOW_COMPUTED_EDGES',
    'odd.flow.ts:3:11 FLOW_FILE_NAME',
    'odd.flow.ts:6:38 FLOW_COMPUTED_NAME',
    'odd.flow.ts:6:38 FLOW_COMPUTED_NAME',
    'odd.flow.ts:8:15 FLOW_COMPUTED_EDGES',
    'one/twin.flow.ts:2:11 FLOW_AMBIGUOUS',
    'steps.ts:2:27 FLOW_COMPUTED_EDGES',
    'two/twin.flow.ts:2:11 FLOW_AMBIGUOUS',
  ]);
  expect(checked.stderr).toContain(
    '! odd.flow.ts:6:38  The name of step "s_x" is computed: it runs, and gets no Nx target of its own.  FLOW_COMPUTED_NAME\n',
  );
  expect(checked.stderr).toMatch(/\n✓ 3 flows, no problems, 8 warnings\n$/);
  expect((await ws.ok(['check', 'one/twin.flow.ts'])).stdout).toBe(
    '✓ twin: 2 steps, 0 parameters, no problems\n',
  );
});

describe('--types runs the TypeScript of the workspace', () => {
  const ws = workspace();
  const link = (name: string) =>
    symlinkSync(join(root, 'node_modules', name), ws.path('node_modules', name), 'junction');
  mkdirSync(ws.path('node_modules', '@types'));
  link('@types/node');
  ws.write(
    'packages/app/src/typed.flow.ts',
    `${HEAD}import { twice } from './local';
const f = flow('typed');
const start = f.start(() => ({ rows: [1], env: process.env.HOME, ambient: AMBIENT }));
const next = f.step('next', { after: start }, ({ self }) => ({ a: self.rwos, b: twice('x') }));
export default f.end(next);
`,
  );
  ws.write(
    'packages/app/src/local.ts',
    'export const twice = (n: number): number => n * 2;\nexport const s: string = 1;\n',
  );
  ws.write('packages/app/src/stranger.ts', 'export const unrelated: string = 1;\n');
  ws.write('packages/app/src/global.d.ts', 'declare const AMBIENT: string;\n');
  ws.write('packages/app/package.json', '{ "name": "app" }');
  ws.write(
    'packages/app/tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        ...{ composite: true, emitDeclarationOnly: true, declaration: true, rootDir: 'lib', outDir: 'out' },
        ...{
          strict: true,
          module: 'esnext',
          moduleResolution: 'bundler',
          target: 'es2022',
          skipLibCheck: true,
        },
        ...{ types: ['node'], tsBuildInfoFile: 'out/info' },
      },
      references: [{ path: './tsconfig.lib.json' }],
      files: [],
    }),
  );
  ws.write('loose.flow.ts', one('loose', 'const n: number = "text";\nvoid n;\n'));
  ws.write(
    'node_modules/decimal.js/package.json',
    '{ "name": "decimal.js", "types": "index.d.ts", "main": "index.js" }',
  );
  ws.write(
    'node_modules/decimal.js/index.d.ts',
    'export declare class Decimal { constructor(text: string); plus(): Decimal; }',
  );
  ws.write('node_modules/decimal.js/index.js', 'exports.Decimal = class Decimal {};');
  ws.write(
    'returns.flow.ts',
    `import { file, flow, instance } from '@nx-flow/core';
import { Decimal } from 'decimal.js';
class Point { x = 1; norm() { return 1; } }
class Forest { trees = [1]; predict() { return this.trees; } }
class Pine extends Forest {}
class Place { lat = 1; }
class Hill extends Place { height = 1; }
class Late extends Error {}
class Purse { #euros = 1; count() { return this.#euros; } }
class Sack { #euros = 1; toJSON() { return this.#euros; } static fromJSON(_: number) { return new Sack(); } }
interface Film { title: string; by: Map<string, Forest | undefined>; next?: Film }
// The type of a list of these leaves out one of them, since it has all that another has.
const places = [instance(Place), instance(Hill)];
const f = flow('returns', { codecs: [instance(Point), ...places] });
const start = f.start(() => ({ at: [new Point()], hill: [new Hill(), new Place()], day: new Date(), url: new URL('http://a.b'), file: file('x'), late: new Late() }));
const read = f.step('read', { after: start }, async ({ self }): Promise<{ films: Film[]; price: Decimal; at: Point[] }> => ({ ...self, films: [], price: new Decimal('1') }));
const grow = f.step('grow', { after: read }, () => ({ tree: [new Pine()][0], purse: new Purse(), sack: new Sack() }));
const late = f.step('late', { after: grow }, () => ({ later: () => 1 }));
export default f.end(late);
`,
  );

  /** The compiler takes seconds: one command tells of all flows. */
  let checking: Promise<Result> | undefined;
  const checked = () => {
    if (!checking) link('typescript');
    checking ??= ws.nxFlow(['check', '--types', '--json'], { cwd: ws.path('packages/app') });
    return checking;
  };

  test('which has to be there', async () => {
    const { code, stderr } = await ws.nxFlow(['check', 'typed', '--types']);
    expect(stderr).toBe(
      `FLOW_TYPESCRIPT  --types needs TypeScript, and ${ws.path('packages/app/src')} sees none: npm install --save-dev typescript\n`,
    );
    expect(code).toBe(2);
  });

  test('and tells of flows and of what they import, under the nearest tsconfig.json or strict rules', async () => {
    expect((await ws.ok(['check', 'typed'])).stdout).toBe('✓ typed: 3 steps, 0 parameters, no problems\n');
    const result = await checked();
    expect(told(result, ws).sort()).toEqual([
      'loose.flow.ts:2:7 TS2322',
      'packages/app/src/local.ts:2:14 TS2322',
      'packages/app/src/typed.flow.ts:5:72 TS2339',
      'packages/app/src/typed.flow.ts:5:87 TS2345',
      'returns.flow.ts:18:46 FLOW_ARTIFACT_UNSTORABLE',
    ]);
    expect(result.stderr).toContain("src/typed.flow.ts:5:72  Property 'rwos' does not exist on type ");
    expect(result.code).toBe(2);
  });

  test('and of returns that cannot be stored: by their types, or for want of a codec', async () => {
    const { json } = await checked();
    const ofReturns = ({ where }: { where: string }) => where.startsWith(ws.path('returns.flow.ts'));
    expect(json.problems.filter(ofReturns)).toEqual([
      {
        code: 'FLOW_ARTIFACT_UNSTORABLE',
        message: 'The artifact later holds a function, which cannot be stored: return what it computes.',
        where: ws.path('returns.flow.ts:18:46'),
      },
    ]);
    const plain = 'a class that no codec of the flow stores:';
    expect(json.warnings).toEqual(
      [
        [
          '16:16',
          `films has at films[].by.get(…) a Forest, ${plain} say how, as flow('…', { codecs: [instance(Forest)] }), or`,
        ],
        [
          '16:16',
          `price is a Decimal of decimal.js, ${plain} import { decimal } from '@nx-flow/codecs/decimal', and say how, as flow('…', { codecs: [decimal] }), or`,
        ],
        ['17:16', `tree is a Pine, ${plain} say how, as flow('…', { codecs: [instance(Pine)] }), or`],
        [
          '17:16',
          `purse is a Purse, ${plain} say how, as flow('…', { codecs: [instance(Purse, { encode, decode })] }), or`,
        ],
        ['17:16', `sack is a Sack, ${plain} say how, as flow('…', { codecs: [instance(Sack)] }), or`],
      ].map(([at, text]) => ({
        code: 'FLOW_ARTIFACT_UNSTORABLE',
        message: `The artifact ${text} return plain data.`,
        where: ws.path(`returns.flow.ts:${at}`),
      })),
    );
  });
});

test('what a foreach shares and no step makes is a problem, of check and of run', async () => {
  const ws = workspace();
  ws.write(
    'shares.flow.ts',
    `import { flow } from '@nx-flow/core';
const f = flow('shares');
const start = f.start(() => ({ rows: [1], big: [2] }));
const each = f.foreach('each', { after: start, over: 'rows', share: ['bigg' as 'big'] }, () => ({}));
export default f.end(f.join('all', { after: each }, () => ({})));
`,
  );
  const problem = {
    code: 'FLOW_OPTION_VALUE',
    message: '`share` of "each" has "bigg", which no step before it returns. Did you mean "big"?',
    where: ws.path('shares.flow.ts:4:16'),
  };
  for (const command of ['check', 'run']) {
    const { code, json } = await ws.nxFlow([command, 'shares', '--json']);
    expect([code, json.problems ?? json.error.problems]).toEqual([2, [problem]]);
  }
});

test('a TypeScript that has no API is asked by its command', async () => {
  const ws = workspace();
  ws.write('node_modules/typescript/package.json', '{ "main": "index.js", "bin": { "tsc": "bin/tsc" } }');
  ws.write('node_modules/typescript/index.js', "exports.version = '7.0.2';");
  ws.write(
    'node_modules/typescript/bin/tsc',
    "console.log('old.flow.ts(1,2): error TS1: told by the command'); process.exitCode = 2;",
  );
  ws.write('old.flow.ts', one('old'));
  const { json } = await ws.nxFlow(['check', 'old', '--types', '--json']);
  expect(json.problems).toEqual([
    { code: 'TS1', message: 'told by the command', where: `${ws.path('old.flow.ts')}:1:2` },
  ]);
});

describe('emitDecoratorMetadata is told where a decorator would read it', () => {
  const ws = workspace();
  const OPTIONS = { experimentalDecorators: true, emitDecoratorMetadata: true };
  const CLASS = `const noted = (..._: unknown[]): any => {};\n\nexport class Films {\n  @noted title = '';\n}\n`;
  ws.write('tsconfig.base.json', JSON.stringify({ compilerOptions: OPTIONS }));
  ws.write('tsconfig.json', JSON.stringify({ extends: './tsconfig.base.json' }));
  ws.write('plain.flow.ts', one('plain'));
  ws.write('own.flow.ts', one('own', CLASS));
  ws.write('lib/films.ts', CLASS);
  ws.write('lib.flow.ts', one('lib', "export * from './lib/films';\n"));
  ws.write('late.flow.ts', one('late', "export const late = () => import('./late/films');\n"));
  ws.write('late/films.ts', CLASS);
  ws.write('throws.flow.ts', one('throws', `${CLASS}throw new Error('no metadata');\n`));
  ws.write('off/films.ts', CLASS);
  ws.write('off/tsconfig.json', JSON.stringify({ compilerOptions: { experimentalDecorators: true } }));
  ws.write('off.flow.ts', one('off', "export * from './off/films';\n"));
  ws.write('mail.flow.ts', one('mail', "export const mail = 'ada@example.org'; // @noted\n"));

  test.each([
    ['plain', []],
    ['own', ['own.flow.ts:5:3']],
    ['lib', ['lib/films.ts:4:3']],
    ['late', ['late/films.ts:4:3']],
    ['throws', ['throws.flow.ts:5:3']],
    ['off', []],
    ['mail', []],
  ])('%s', async (name, places) => {
    const checked = await ws.nxFlow(['check', name, '--json']);
    expect(told(checked, ws, 'warnings')).toEqual(places.map((place) => `${place} FLOW_DECORATOR_METADATA`));
    expect(checked.code).toBe(name === 'throws' ? 2 : 0);
  });

  test('check of all flows says it once for each file, with what to do', async () => {
    const { stdout } = await ws.nxFlow(['check']);
    expect(stdout.match(/FLOW_DECORATOR_METADATA/g)).toHaveLength(4);
    expect(stdout).toContain(
      '! lib/films.ts:4:3  The tsconfig asks for emitDecoratorMetadata, and flows are compiled without types: this decorator finds no metadata. Build the library with tsc',
    );
  });
});
