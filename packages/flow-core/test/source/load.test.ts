import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SourceProcess } from '../kit/source';
import { Workspace } from '../kit/workspace';

/** What it gives: the flow and its steps, or what it is refused with. */
const load = (file: string, wanted?: string): Promise<string> =>
  source.loadFlow(file, wanted).then(
    ({ flow, steps }) => `${flow} ${steps.join()}`,
    ({ code, message, cause }) => `${code} ${message}${cause ? ` < ${cause.message}` : ''}`,
  );
let source: SourceProcess;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());
const CORE = `import { flow } from '@nx-flow/core';\n`;
const one = (name: string, call = 'flow') =>
  `const f = ${call}('${name}'); const start = f.start(() => ({}));`;

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace();
});
afterAll(() => ws.dispose());

test('the default export is the flow', async () => {
  expect(await load(ws.write('a.flow.ts', `${CORE}${one('a')} export default f.end(start);`))).toBe(
    'a start,end',
  );
});

test('so is the only exported one, of any name', async () => {
  expect(await load(ws.write('b.flow.ts', `${CORE}${one('b')} export const mine = f.end(start);`))).toBe(
    'b start,end',
  );
  expect(
    await load(
      ws.write(
        'b2.flow.cts',
        `const { flow } = require('@nx-flow/core'); ${one('b2')} module.exports = f.end(start);`,
      ),
    ),
  ).toBe('b2 start,end');
});

test('of several, the one of the name given, else the default, else the one of the file', async () => {
  const two = `${CORE}const f = flow('c'); const g = flow('d');
    export const c = f.end(f.start(() => ({}))); export const d = g.end(g.start(() => ({})));`;
  const file = ws.write('c.flow.ts', two);
  expect(await load(file)).toBe('c start,end');
  expect(await load(file, 'd')).toBe('d start,end');
  expect(await load(file, './c.flow.ts')).toBe('c start,end');
  expect(await load(ws.write('e.flow.ts', two))).toBe(
    `FLOW_NOT_EXPORTED ${ws.path('e.flow.ts')} exports several flows (c, d): name the one you mean.`,
  );
  expect(await load(ws.write('e2.flow.ts', `${two} export default d;`))).toBe('d start,end');
});

test('a file without a flow, one that throws, and one that does not parse are told apart', async () => {
  expect(await load(ws.write('f.flow.ts', 'export const x = 1;'))).toBe(
    `FLOW_NOT_EXPORTED ${ws.path('f.flow.ts')} exports no flow: end it with \`export default f.end(last)\`.`,
  );
  expect(await load(ws.write('g.flow.ts', `throw new RangeError('at import');`))).toBe(
    `FLOW_IMPORT ${ws.path('g.flow.ts')} throws when it is imported: RangeError: at import < at import`,
  );
  expect(await load(ws.write('h.flow.ts', `${CORE}const x = ;`))).toMatch(
    `FLOW_SYNTAX ${ws.path('h.flow.ts')}:2:11`,
  );
  expect(await load(ws.write('i.flow.ts', `import './missing-file';`))).toContain('FLOW_IMPORT');
});

test('a syntax error in a file that the flow imports names that file', async () => {
  ws.write('broken.ts', 'export const = 1;');
  expect(
    await load(ws.write('j.flow.ts', `import './broken'; ${CORE}${one('j')} export default f.end(start);`)),
  ).toMatch(/^FLOW_SYNTAX .*broken\.ts:1:14/s);
});

test('a package that is for import alone is imported above the steps by ES modules, inside them by others', async () => {
  ws.write('node_modules/alone/package.json', '{"type":"module","exports":{"import":"./index.js"}}');
  ws.write('node_modules/alone/index.js', 'export const x = 1;');
  const text = `${CORE}import { x } from 'alone'; ${one('p')} void x; export default f.end(start);`;
  ws.write('modules/package.json', '{"type":"module"}');
  expect(await load(ws.write('modules/p.flow.ts', text))).toBe('p start,end');
  expect(await load(ws.write('p.flow.ts', text))).toContain(
    'It is for `import` alone: import it inside a step, by await import(…), or put "type": "module" into the package.json beside the flow.',
  );
});

test('every kind of package works, also with top-level await', async () => {
  ws.write('esm/package.json', '{"type":"module"}');
  ws.write('esm/other.ts', 'export const one = 1;');
  expect(
    await load(
      ws.write(
        'esm/k.flow.ts',
        `${CORE}import { one } from './other'; ${one('k')} void one; export default f.end(start);`,
      ),
    ),
  ).toBe('k start,end');
  expect(
    await load(
      ws.write('esm/l.flow.ts', `${CORE}await Promise.resolve(); ${one('l')} export default f.end(start);`),
    ),
  ).toBe('l start,end');
  expect(
    await load(
      ws.write('m.flow.mts', `${CORE}await Promise.resolve(); ${one('m')} export default f.end(start);`),
    ),
  ).toBe('m start,end');
  expect(
    await load(
      ws.write(
        'esm/n.flow.cts',
        `const { flow } = require('@nx-flow/core'); ${one('n')} module.exports = { default: f.end(start) };`,
      ),
    ),
  ).toBe('n start,end');
  expect(
    await load(
      ws.write(
        'esm/o.flow.ts',
        `${CORE}await Promise.resolve(); ${one('o')} throw new Error('after await');`,
      ),
    ),
  ).toContain('FLOW_IMPORT');
});

test('an await at the top of a CommonJS file says what helps', async () => {
  const says = async (name: string, text: string) =>
    (await load(ws.write(name, text))).split(': ').slice(1).join(': ');
  const help = 'An `await` at the top needs an ES module, and this file is CommonJS';
  expect(await says('await.flow.ts', `${CORE}await 1;`)).toBe(
    `${ws.path('await.flow.ts')}:2:1  ${help}: put "type": "module" into its package.json, or name it await.flow.mts.`,
  );
  ws.write('awaits.ts', 'export const x = 1;\n\nfor await (const y of []) void y;');
  expect(await says('through.flow.ts', `import './awaits'; ${CORE}`)).toMatch(
    /awaits\.ts:3:5 {2}An `await` .* or name it awaits\.mts\.$/,
  );
});

describe('a library of the workspace that is not built', () => {
  const UNBUILT: [name: string, manifest: object, missing: string][] = [
    ['main', { main: 'dist/index.js' }, 'dist/index.js'],
    ['@acme/scoped', { main: './lib/main.js', types: './lib/main.d.ts' }, 'lib/main.js'],
    ['exported', { exports: { '.': './dist/index.js' } }, 'dist/index.js'],
    ['kinds', { exports: { '.': { import: './dist/x.js', require: './dist/x.js' } } }, 'dist/x.js'],
    ['nameless', {}, 'index.js'],
  ];
  beforeAll(() => {
    ws.write('es/package.json', '{"type":"module"}');
    for (const [name, manifest] of UNBUILT) {
      ws.write(`libs/${name}/package.json`, JSON.stringify({ name, ...manifest }));
      mkdirSync(ws.path('node_modules/@acme'), { recursive: true });
      symlinkSync(ws.path('libs', name), ws.path('node_modules', name), 'junction');
    }
  });

  test.each(UNBUILT)('%s: the line of the import, and what to do', async (name, _, missing) => {
    const import_ = `import { x } from '${name}'; void x;`;
    const inner = ws.write('takes.ts', `\n${import_}`);
    const through = await load(ws.write('takes.flow.ts', `${CORE}import './takes';`));
    const said = `The library "${name}" is not built: ${ws.path('libs', name)} has no ${missing}. Run its build target first.`;
    expect(through).toMatch(/^FLOW_IMPORT /);
    expect(through).toContain(`${inner}:2:19  ${said}`);
    rmSync(inner);
    const es = ws.write(`es/${name.replace('/', '-')}.flow.ts`, `${CORE}${import_} await 1;`);
    expect(await load(es)).toContain(`${es}:2:19  ${said}`);
  });

  test('what only looks alike is told as what it is', async () => {
    ws.write('node_modules/half/package.json', '{"name":"half","main":"dist/index.js"}');
    expect(await load(ws.write('half.flow.ts', `import 'half';`))).toContain(
      `half.flow.ts:1:8  The package "half" is installed without dist/index.js: install it anew.`,
    );
    expect(await load(ws.write('deep.flow.ts', `import 'nameless/deep';`))).toContain(
      'deep.flow.ts:1:8  There is no module "nameless/deep".',
    );
    const inside = ws.write('libs/inside/index.js', `require('./gone');`);
    ws.write('libs/inside/package.json', '{"name":"inside","main":"index.js"}');
    symlinkSync(ws.path('libs/inside'), ws.path('node_modules/inside'), 'junction');
    expect(await load(ws.write('inside.flow.ts', `import 'inside';`))).toContain(
      `${inside}:1:9  There is no module "./gone".`,
    );
  });

  test('a tsconfig that cannot be read is told beside a library that is not found', async () => {
    const config = ws.write('paths/tsconfig.json', '{ "extends": "./base.json" }');
    const base = ws.write('paths/base.json', '{ "compilerOptions": { "paths": ');
    const file = ws.write('paths/p.flow.ts', `import '@acme/nowhere';`);
    expect(await load(file)).toContain(
      `The package "@acme/nowhere" is not installed.\n${base} is no valid JSON: its \`paths\` are not followed.`,
    );
    ws.write('paths/base.json', '{ /* none */ }');
    expect(await load(file)).not.toContain('JSON');
    ws.write('paths/tsconfig.json', '');
    expect(await load(file)).toContain(`${config} is no valid JSON`);
  });
});

test.each(['commonjs', 'module'])(
  'a step of a %s package imports local modules when it runs, and its file when it is imported',
  async (type) => {
    ws.write(`later-${type}/package.json`, JSON.stringify({ name: `later-${type}`, type }));
    ws.write(`later-${type}/other.ts`, 'export const named: number = 42; export default 7;');
    ws.write(`later-${type}/deep.ts`, `export const deep = async () => (await import('./other')).named;`);
    const file = ws.write(
      `later-${type}/later.flow.ts`,
      `${CORE}import { deep } from './deep';
    const early = import('./other');
    const f = flow('later');
    const start = f.start(async () => {
      const other = await import('./other');
      const named = (await import('./other.ts')).named + (await import('./other.js')).default;
      return { got: [other.named, other.default, named, await deep(), (await early).named] };
    });
    export default f.end(start);`,
    );
    const { steps } = await source.loadFlow(file);
    expect(steps).toContain('start');
    const spun = await ws.nxFlow(['spin', file, 'start', '--json']);
    expect(spun.stdout + spun.stderr).toContain('"done"');
    expect(spun.json.artifacts.got.preview).toBe('[ 42, 7, 49, 42, 42 ]');
  },
);

describe('the ES loader, which costs more than all else of a start', () => {
  /** A spin of `start`, and whether the ES loader was started for it. */
  async function spun(file: string): Promise<{ preview: string | undefined; started: boolean }> {
    const preload = ws.write(
      'preload.cjs',
      `const Module = require('node:module');
       const { register } = Module;
       Module.register = (...args) => {
         process.stderr.write('the ES loader starts');
         return register.apply(Module, args);
       };`,
    );
    const env = { NODE_OPTIONS: `--require ${preload}` };
    const { json, stderr } = await ws.nxFlow(['spin', file, 'start', '--json'], { env });
    return { preview: json?.artifacts?.got?.preview, started: stderr.includes('the ES loader starts') };
  }

  /** A library of the workspace, found by a link. */
  function library(name: string, main: string, files: Record<string, string>): void {
    ws.write(`libs/${name}/package.json`, JSON.stringify({ name, main }));
    for (const [file, text] of Object.entries(files)) ws.write(`libs/${name}/${file}`, text);
    mkdirSync(ws.path('node_modules'), { recursive: true });
    symlinkSync(ws.path('libs', name), ws.path('node_modules', name), 'junction');
  }

  const using = (name: string, read: string) =>
    ws.write(
      `${name}-user.flow.ts`,
      `${CORE}import { value } from '${name}';
       const f = flow('${name}-user');
       const start = f.start(async () => ({ got: ${read} }));
       export default f.end(start);`,
    );

  test('a library that is built does not start it, nor do the engine and its paths in a tsconfig', async () => {
    library('built', 'dist/index.js', {
      'dist/index.js': `exports.value = async (name = './more.js') => (await import('./more.js')).default + (await import(name)).default;`,
      'dist/more.js': 'module.exports = 21;',
    });
    const engine = join(__dirname, '..', '..', 'src', 'index.ts');
    const tsconfig = ws.write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { paths: { '@nx-flow/core': [engine] } } }),
    );
    expect(await spun(using('built', 'await value()'))).toEqual({ preview: '42', started: false });
    rmSync(tsconfig);
  });

  test('a library in TypeScript that imports its own files starts it, and one in JavaScript that does it by their short names', async () => {
    library('typed', 'index.ts', {
      'index.ts': `export const value = async (): Promise<number> => (await import('./more')).more;`,
      'more.ts': 'export const more: number = 42;',
    });
    library('short', 'index.js', {
      'index.js': `exports.value = async () => (await import('./more')).default;`,
      'more.js': 'module.exports = 42;',
    });
    for (const name of ['typed', 'short']) {
      expect(await spun(using(name, 'await value()'))).toEqual({ preview: '42', started: true });
    }
  });
});
