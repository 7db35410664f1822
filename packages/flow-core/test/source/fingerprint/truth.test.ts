/** The truth table of fingerprints: an edit, and the steps whose fingerprints it changes. */
import { type Files, type FingerprintCall, FingerprintProcess } from '../../kit/fingerprints';

let sources: FingerprintProcess;
beforeAll(() => {
  sources = new FingerprintProcess();
});
afterAll(() => sources.close());

type Change = FingerprintCall | ((files: Files) => Files);

async function changed(before: FingerprintCall, after: FingerprintCall): Promise<string[]> {
  const [was, is] = await Promise.all([sources.fingerprint(before), sources.fingerprint(after)]);
  const names = [...new Set([...Object.keys(was.steps), ...Object.keys(is.steps)])];
  return names.filter((name) => was.steps[name]?.digest !== is.steps[name]?.digest);
}

/** Replaces a text that must be there, once. */
const edit = (file: string, from: string, to: string) => (files: Files) => {
  const parts = (files[file] as string).split(from);
  if (parts.length !== 2) throw new Error(`"${from}" is ${parts.length - 1} times in ${file}.`);
  return { ...files, [file]: parts.join(to) };
};

const BASE: Files = {
  'f.flow.ts': `
import { flow } from '@nx-flow/core';
import { z } from 'zod';
import { used, type Shape, Counter } from './lib';
import { deep, renamed } from './through';
import * as space from './space';
import table from './table.json';
import { pad } from 'pad';
import { level } from '@w/levels';

const f = flow('f', { params: { n: z.coerce.number().min(LOWEST()).default(1) } });
function LOWEST() { return 0; }

/** What start needs. */
const LIMIT = 10;
function helper(value: number) { return value < LIMIT ? value : again(value); }
function again(value: number): number { return value - 1; }
function idle() { return 'nobody calls me'; }
enum Size { Small = 1, Large }
const text = { a: 'one' };
const { taken } = text as never;

export const start = f.start(({ params }) => {
  // How it begins.
  const local = helper(params.n);
  return { local, list: [1, 2] };
});

export const left = f.step('left', { after: start, retry: 1 }, ({ self }) => {
  const helper = (x: number): number => x;
  return { l: used(helper(self.local)), t: table.rows, c: new Counter().next(), taken };
});

export const right = f.step('right', { after: start }, async ({ self }) => {
  const { odd } = await import('./odd');
  return { r: deep(self.local) + renamed, s: space.one, p: pad(\`\${level}\`), size: Size.Large, odd };
});

export const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ sum: inputs.left.l }));

export default f.end(both);
`,
  'lib.ts': `
import { unit } from './unit';
export interface Shape { side: number }
export function used(x: number): number { return inner(x) + unit; }
function inner(x: number, by = 2) { return x * by; }
export function unused() { return 'unused'; }
export class Counter { #n = 0; next() { return ++this.#n; } static make() { return new Counter(); } get now() { return this.#n; } }
`,
  'unit.ts': `export const unit = 1; export const other = 2;`,
  'through.ts': `export * from './deep'; export { inside as renamed } from './inside';`,
  'deep.ts': `export const deep = (x: number) => x; export const shallow = 1;`,
  'inside.ts': `export const inside = 5; export const outside = 6;`,
  'space.ts': `export const one = 1; export const two = 2;`,
  'odd.ts': `export const odd = 1; export const even = 2;`,
  'table.json': `{ "rows": [1, 2] }`,
  'packages/levels/package.json': `{ "name": "@w/levels", "version": "1.0.0", "main": "./src/index.ts" }`,
  'packages/levels/src/index.ts': `export const level = 1; export const unlevel = 2;`,
  'node_modules/@w/levels/package.json': `{ "name": "@w/levels", "version": "1.0.0", "main": "./src/index.ts" }`,
  'node_modules/pad/package.json': `{ "name": "pad", "version": "1.0.0", "sideEffects": false, "dependencies": { "pads-own": "1" } }`,
  'node_modules/pads-own/package.json': `{ "name": "pads-own", "version": "1.0.0", "sideEffects": false }`,
  'node_modules/zod/package.json': `{ "name": "zod", "version": "4.0.0" }`,
  'package.json': `{ "name": "w" }`,
  'tsconfig.json': `{ "extends": "./tsconfig.base.json" }`,
  'tsconfig.base.json': `{ "compilerOptions": { "target": "es2022" /* new */, } }`,
};
const LINKS = { 'node_modules/@w/levels': 'packages/levels' };
const ALL = ['start', 'left', 'right', 'both', 'end'];
const FLOW = 'f.flow.ts';
const before = (text: string, what: string) => edit(FLOW, text, `${what}\n${text}`);

const TABLE: [edit: string, change: Change, steps: string[]][] = [
  ['nothing', (files) => files, []],
  ['a comment in a step', edit(FLOW, '// How it begins.', '/* Another. */'), []],
  ['a comment before a binding', edit(FLOW, '/** What start needs. */', ''), []],
  ['white space and quotes', edit(FLOW, "const text = { a: 'one' };", 'const text = {\n  a: "one",\n}'), []],
  ['parentheses', edit(FLOW, 'helper(params.n);', '(helper((params.n)));'), []],
  ['an own body', edit(FLOW, 'list: [1, 2]', 'list: [1, 3]'), ['start']],
  ['the end of an own text', edit(FLOW, 'inputs.left.l', 'inputs.left.l + 1'), ['both']],
  ['an own option', edit(FLOW, 'retry: 1', 'retry: 2'), ['left']],
  ['the queue whose workers execute it', edit(FLOW, 'retry: 1', "retry: 1, queue: 'gpu'"), []],
  ['an option that changes no result', edit(FLOW, 'retry: 1', 'retry: 1, resources: { gpu: 1 }'), []],
  ['how many at a time', edit(FLOW, 'retry: 1', 'retry: 1, concurrency: 20'), []],
  ['how many in a time', edit(FLOW, 'retry: 1', "retry: 1, rate: { limit: 10, per: '1s' }"), []],
  [
    'how many at a time, where it is computed',
    edit(FLOW, 'retry: 1', 'retry: 1, concurrency: LIMIT'),
    ['left'],
  ],
  ['it, where it is computed', edit(FLOW, 'retry: 1', 'retry: 1, resources: { gpu: LIMIT }'), ['left']],
  ['the names of secrets', edit(FLOW, 'retry: 1', "retry: 1, secrets: ['API_KEY', 'OTHER']"), []],
  ['them, where they are computed', edit(FLOW, 'retry: 1', 'retry: 1, secrets: [LIMIT]'), ['left']],
  ['it, where a part of it is spread', edit(FLOW, 'retry: 1', 'retry: 1, resources: { ...text }'), ALL],
  [
    'it alone, in a start that had no options',
    edit(FLOW, 'f.start((', 'f.start({ resources: { memory: 4 } }, ('),
    [],
  ],
  [
    'it, in the options of a function that declares no step',
    edit(FLOW, 'helper(params.n);', 'helper(params.n, { resources: { gpu: 1 } });'),
    ['start'],
  ],
  ...[
    'timeout: "5m"',
    'catch: "error"',
    'isolate: true',
    'drop: ["l"]',
    'env: { A: "1" }',
    'packages: { pad: "1" }',
  ].map((option): [string, Change, string[]] => [
    `the option ${option}`,
    edit(FLOW, 'retry: 1', `retry: 1, ${option}`),
    ['left'],
  ]),
  ['an own edge', edit(FLOW, "'right', { after: start }", "'right', { after: left }"), ['right']],
  ['a helper that is reached', edit(FLOW, 'return value - 1', 'return value - 2'), ['start']],
  ['a helper that nobody reaches', edit(FLOW, "'nobody calls me'", "'still nobody'"), []],
  ['a const that is reached through a function', edit(FLOW, 'LIMIT = 10', 'LIMIT = 11'), ['start']],
  [
    'a local of the same name as a helper',
    edit(FLOW, 'number): number => x', 'number): number => -x'),
    ['left'],
  ],
  ['a const that is taken apart, where getters are defined', edit(FLOW, "a: 'one'", "a: 'two'"), ALL],
  ['an enum', edit(FLOW, 'Small = 1', 'Small = 2'), ['right']],
  ['a schema of a parameter', edit(FLOW, '.default(1)', '.default(2)'), ALL],
  ['what a schema calls', edit(FLOW, 'return 0', 'return -1'), ALL],
  ['a new parameter', edit(FLOW, 'params: { n:', 'params: { m: z.string().optional(), n:'), ALL],
  ['a reached export of a module', edit('lib.ts', 'inner(x) +', 'inner(x) -'), ['left']],
  ['a default parameter behind it', edit('lib.ts', 'by = 2', 'by = 3'), ['left']],
  ['an export that nobody reaches', edit('lib.ts', "return 'unused'", "return 'not used'"), []],
  ['a type, where it is declared and imported', edit('lib.ts', 'side: number', 'side: string'), []],
  ['a type annotation', edit('lib.ts', 'inner(x: number, by', 'inner(x: 1 | 2, by'), []],
  ['a type assertion', edit(FLOW, 'text as never', 'text as unknown as { taken: 1 }'), []],
  ['a method of a class', edit('lib.ts', 'return ++this.#n', 'return this.#n++'), ['left']],
  ['a static method of it', edit('lib.ts', 'return new Counter()', 'return null'), ['left']],
  ['a getter of it', edit('lib.ts', 'now() { return this.#n', 'now() { return -this.#n'), ['left']],
  ['a module behind a module', edit('unit.ts', 'unit = 1', 'unit = 2'), ['left']],
  ['its other export', edit('unit.ts', 'other = 2', 'other = 3'), []],
  ['behind `export *`', edit('deep.ts', '=> x;', '=> -x;'), ['right']],
  ['another export there', edit('deep.ts', 'shallow = 1', 'shallow = 2'), []],
  ['behind a renaming export', edit('inside.ts', 'inside = 5', 'inside = 7'), ['right']],
  ['the other one there', edit('inside.ts', 'outside = 6', 'outside = 7'), []],
  ['what the renaming leads to', edit('through.ts', 'inside as', 'outside as'), ['right']],
  ['a namespace: any of its exports', edit('space.ts', 'two = 2', 'two = 3'), ['right']],
  ['a module of a literal dynamic import', edit('odd.ts', 'odd = 1', 'odd = 3'), ['right']],
  ['its other export: all of it counts', edit('odd.ts', 'even = 2', 'even = 4'), ['right']],
  ['JSON', edit('table.json', '[1, 2]', '[1, 3]'), ['left']],
  ['a package of the workspace', edit('packages/levels/src/index.ts', 'level = 1;', 'level = 3;'), ['right']],
  ['its other export', edit('packages/levels/src/index.ts', 'unlevel = 2', 'unlevel = 3'), []],
  ['a package without side effects', edit('node_modules/pad/package.json', '1.0.0', '1.0.1'), ['right']],
  ['a package that it needs', edit('node_modules/pads-own/package.json', '1.0.0', '1.0.1'), ['right']],
  ['a package that may have some', edit('node_modules/zod/package.json', '4.0.0', '4.0.1'), ALL],
  ['tsconfig', edit('tsconfig.json', '"extends"', '"compilerOptions": { "jsx": "react" }, "extends"'), ALL],
  ['what tsconfig extends', edit('tsconfig.base.json', 'es2022', 'es2020'), ALL],
  ['a comment in tsconfig', edit('tsconfig.base.json', '/* new */', ''), []],
  ['the kind of package', edit('package.json', '{ ', '{ "type": "module", '), ALL],
  ['Node, a minor version', { files: BASE, links: LINKS, node: 'v20.9.0' }, []],
  ['Node, a major version', { files: BASE, links: LINKS, node: 'v22.0.0' }, ALL],
  ['the engine', { files: BASE, links: LINKS, engine: '1.0.1' }, ALL],
  [
    'a new step',
    before('export const both', "const more = f.step('more', { after: start }, () => ({}));"),
    ['more'],
  ],
  [
    'a new foreach over an artifact',
    before('export const both', "const each = f.foreach('each', { after: left, over: 't' }, () => ({}));"),
    ['each', 'left'],
  ],
  ['a side effect', edit(FLOW, 'const LIMIT = 10', 'console.log(1); const LIMIT = 10'), ALL],
  [
    'a module that is imported for its effects',
    (files) => ({ ...files, [FLOW]: `import './side';${files[FLOW]}`, 'side.ts': 'globalThis.x = 1;' }),
    ALL,
  ],
];

test.each(TABLE)('%s', async (_, change, steps) => {
  const base = { files: BASE, links: LINKS };
  const after = typeof change === 'function' ? { ...base, files: change(BASE) } : change;
  expect(new Set(await changed(base, after))).toEqual(new Set(steps));
});

/** Flows of two steps, `a` and `b`: what stands before them, their bodies, other files. */
function two(head: string, a: string, b: string, files: Files = {}): Files {
  return {
    'f.flow.ts': `import { flow } from '@nx-flow/core';
const f = flow('f');
${head}
const start = f.start(() => ({}));
const a = f.step('a', { after: start }, ${a});
const b = f.step('b', { after: a }, ${b});
export default f.end(b);`,
    ...files,
  };
}
const none = '() => ({})';
/** `a` in a flow: what stands before it and what it gives; in all others, nothing. */
const one = (head: string, body: string, files: Files = {}) => two(head, body, none, files);
const EVERY = ['start', 'a', 'b', 'end'];
const PKG = {
  'node_modules/pkg/package.json': '{ "name": "pkg", "version": "1.0.0", "sideEffects": false }',
};
const d = edit(FLOW, 'const d = 1', 'const d = 9');
const x12 = edit('m.ts', 'x = 1', 'x = 2');
const SWAP = { 'm.ts': 'const x = 1; const y = 2; export { x, y };' };

const SCENES: [what: string, files: Files, change: (files: Files) => Files, steps: string[]][] = [
  [
    'a closure over a `let`: its module counts',
    one('let n = 1; const step = () => n++; const far = 1;', '() => n'),
    edit(FLOW, 'far = 1', 'far = 2'),
    ['a'],
  ],
  [
    'what is called while the module is loaded counts for all',
    one('const x = make(); function make() { return 1; }', none),
    edit(FLOW, 'return 1', 'return 2'),
    EVERY,
  ],
  [
    'what it is given to call, too',
    one('const xs = [1].map((x) => reg(x)); function reg(x: number) { return x; }', none),
    edit(FLOW, 'return x', 'return -x'),
    EVERY,
  ],
  [
    'a const that only describes does not',
    one('const x = new Map([["a", 1]]); const y = 1;', '() => x'),
    edit(FLOW, '"a", 1', '"a", 2'),
    ['a'],
  ],
  [
    'the order of effects',
    one('const log: number[] = []; log.push(1); log.push(2);', '() => log'),
    edit(FLOW, 'log.push(1); log.push(2);', 'log.push(2); log.push(1);'),
    EVERY,
  ],
  [
    'a value read before or after an effect',
    one('const log: number[] = []; const n = log.length; log.push(2);', '() => n'),
    edit(FLOW, 'const n = log.length; log.push(2);', 'log.push(2); const n = log.length;'),
    ['a'],
  ],
  [
    'an effect in a module that one step imports',
    one("import { x } from './m';", '() => x', { 'm.ts': 'export const x = 1; globalThis.y = 2;' }),
    edit('m.ts', 'y = 2', 'y = 3'),
    EVERY,
  ],
  [
    'a module with an effect, of which there are types alone until a step takes a value',
    one("import { C } from './m';", '() => ({ c: null as C | null })', {
      'm.ts': 'export class C {} globalThis.y = 2;',
    }),
    edit(FLOW, 'null as C | null', 'new C()'),
    EVERY,
  ],
  [
    'a module without effect likewise',
    one("import { C } from './m';", '() => ({ c: null as C | null })', { 'm.ts': 'export class C {}' }),
    edit(FLOW, 'null as C | null', 'new C()'),
    ['a'],
  ],
  [
    'an iterator that is read while the module is loaded',
    one('const it = [1, 2].values(); const all = [...it];', '() => it.next()'),
    edit(FLOW, 'all = [...it]', 'all = []'),
    EVERY,
  ],
  [
    'a module by a URL: query, fragment, escapes',
    one('', '() => Promise.all([import("./m.ts?a"), import("./m.ts#b"), import("./m%2Ets")])', {
      'm.ts': 'export const x = 1;',
    }),
    x12,
    ['a'],
  ],
  [
    'a folder whose package.json names a folder',
    one('', '() => require("./lib")', {
      'lib/package.json': '{ "main": "./src" }',
      'lib/src/index.js': 'module.exports = 1;',
    }),
    edit('lib/src/index.js', '= 1', '= 2'),
    ['a'],
  ],
  ['`module.require`', one('', '() => module.require("./m")', { 'm.ts': 'export const x = 1;' }), x12, ['a']],
  [
    'an optional peer of a package',
    one("import { pad } from 'pkg';", '() => pad', {
      'node_modules/pkg/package.json':
        '{ "name": "pkg", "version": "1.0.0", "sideEffects": false, "peerDependenciesMeta": { "peer": { "optional": true } } }',
      'node_modules/peer/package.json': '{ "name": "peer", "version": "1.0.0", "sideEffects": false }',
    }),
    edit('node_modules/peer/package.json', '1.0.0', '2.0.0'),
    ['a'],
  ],
  [
    'a pure export beside it',
    one("import { x } from './m';", '() => x', { 'm.ts': 'export const x = 1; globalThis.y = 2;' }),
    x12,
    ['a'],
  ],
  [
    'the function of another step, run by hand',
    two('', none, '() => a.run({})'),
    edit(FLOW, '{ after: start }, () => ({})', '{ after: start }, () => ({ x: 1 })'),
    ['a', 'b'],
  ],
  [
    'the same as an edge only',
    two('', none, none),
    edit(FLOW, '{ after: start }, () => ({})', '{ after: start }, () => ({ x: 1 })'),
    ['a'],
  ],
  [
    'a handle of another step under the same variable',
    two('', none, none),
    edit(FLOW, "f.step('a'", "f.step('c'"),
    ['a', 'b', 'c'],
  ],
  [
    'a script that a step starts',
    one('', '() => spawnSync("node", ["scripts/s.js", "--fast"])', { 'scripts/s.js': 'console.log(1)' }),
    edit('scripts/s.js', '1', '2'),
    ['a'],
  ],
  [
    'what that script imports',
    one('', '() => execSync(`node scripts/s.js $' + '{1}`)', {
      'scripts/s.js': 'require("./t")',
      'scripts/t.js': 'console.log(1)',
    }),
    edit('scripts/t.js', '1', '2'),
    ['a'],
  ],
  [
    'a script whose path is joined, before it is there',
    one('', '() => fork(join(here, "..", "lib", "s.mts"))'),
    (files) => ({ ...files, '../lib/s.mts': 'export {}' }),
    ['a'],
  ],
  [
    'a module that is read as text: a comment in it',
    one('', '() => readFileSync(new URL("./t.ts", here))', { 't.ts': 'not / code // one' }),
    edit('t.ts', 'one', 'two'),
    ['a'],
  ],
  [
    'a script that nobody mentions',
    one('', '() => "scripts/other.js"', { 'scripts/s.js': 'console.log(1)' }),
    edit('scripts/s.js', '1', '2'),
    [],
  ],
  ['a body that is named', one('const body = () => ({ x: 1 });', 'body'), edit(FLOW, 'x: 1', 'x: 2'), ['a']],
  [
    'a body that is made',
    one('const body = (n: number) => () => ({ n });', 'body(1)'),
    edit(FLOW, '=> ({ n })', '=> ({ n: 2 })'),
    EVERY,
  ],
  [
    'an object of methods',
    one('const tools = { one() { return 1; }, get two() { return 2; } };', '() => tools.one()'),
    edit(FLOW, 'return 2', 'return 3'),
    ['a'],
  ],
  [
    'a generator',
    one('function* gen() { yield 1; }', '() => [...gen()]'),
    edit(FLOW, 'yield 1', 'yield 2'),
    ['a'],
  ],
  [
    'async or not',
    one('const g = async () => 1;', '() => g()'),
    edit(FLOW, 'async () => 1', '() => 1'),
    ['a'],
  ],
  [
    'a template with an expression',
    one('const who = 1;', '() => `it is $' + '{who}`'),
    edit(FLOW, 'who = 1', 'who = 2'),
    ['a'],
  ],
  ['text in a template', one('', '() => `it is`'), edit(FLOW, '`it is`', '`it  is`'), ['a']],
  ['a regular expression', one('const r = /a b/;', '() => r'), edit(FLOW, '/a b/', '/a b/i'), ['a']],
  [
    'a decorator',
    one("import { dec } from './dec'; @dec class C {} ", '() => C', {
      'dec.ts': 'export const dec = (c: unknown) => c;',
    }),
    edit('dec.ts', '=> c', '=> null'),
    EVERY,
  ],
  [
    'a static block',
    one('class C { static { globalThis.q = 1; } }', none),
    edit(FLOW, 'q = 1', 'q = 2'),
    EVERY,
  ],
  [
    'a base class',
    one('class A { m() { return 1; } } class B extends A {}', '() => new B()'),
    edit(FLOW, 'return 1', 'return 2'),
    ['a'],
  ],
  ['a const enum', one('const enum E { A = 1 }', '() => E.A'), edit(FLOW, 'A = 1', 'A = 2'), ['a']],
  [
    'an alias through taking apart',
    one('const all = { x: 1 }; const { x: y } = all;', '() => y'),
    edit(FLOW, 'x: 1', 'x: 2'),
    ['a'],
  ],
  ['a default in a pattern', one('const d = 1;', '({ x = d }: { x?: number }) => x'), d, ['a']],
  [
    'a default is not hidden by a variable of the body',
    one('const d = 1;', '(x = d) => { var d = 5; return x + d; }'),
    d,
    ['a'],
  ],
  [
    'a name is hidden in one block only',
    one('const d = 1;', '() => { { const d = 2; void d; } return d; }'),
    d,
    ['a'],
  ],
  [
    'what a switch looks at is outside of it',
    one('const d = 1;', '() => { switch (d) { case 1: const d = 2; return d; } }'),
    d,
    ['a'],
  ],
  [
    'a `declare` hides nothing',
    one('const d = 1;', '() => { declare const d: number; return d; }'),
    d,
    ['a'],
  ],
  ['a parameter hides', one('const d = 1;', '({ d }: { d: number }) => d'), d, []],
  ['a loop variable hides', one('const d = 1;', '() => { for (const d of [1]) void d; }'), d, []],
  ['a catch hides', one('const d = 1;', '() => { try {} catch (d) { void d; } }'), d, []],
  ['the name of a property is none', one('const d = 1;', '() => ({ d: 2 }).d'), d, []],
  ['a shorthand property is one', one('const d = 1;', '() => ({ d })'), d, ['a']],
  ['a computed key is one', one('const d = 1;', '() => ({ [d]: 2 })'), d, ['a']],
  ['a label is none', one('const d = 1;', '() => { d: for (;;) break d; }'), d, []],
  [
    'a renamed local',
    one('', '() => { const x = 1; return x; }'),
    edit(FLOW, 'const x = 1; return x', 'const y = 1; return y'),
    ['a'],
  ],
  [
    'an assignment from a function makes its module count',
    two("import { x, set } from './m';", '() => x', 'set', {
      'm.ts': 'export let x = 1; export function set() { x = 2; }',
    }),
    edit('m.ts', 'x = 2', 'x = 3'),
    ['a', 'b'],
  ],
  [
    'a circle of modules',
    one("import { x } from './m';", '() => x()', {
      'm.ts': "import { y } from './n'; export const x = () => y();",
      'n.ts': "import { x } from './m'; export const y = () => 1; export const z = x;",
    }),
    edit('n.ts', '=> 1', '=> 2'),
    ['a'],
  ],
  [
    'a circle of `export *`',
    one("import { x } from './m';", '() => x', {
      'm.ts': "export * from './n'; export const y = 1;",
      'n.ts': "export * from './m'; export const x = 1;",
    }),
    edit('n.ts', 'x = 1', 'x = 2'),
    ['a'],
  ],
  [
    'an export that hides one behind `export *`',
    one("import { x } from './m';", '() => x', {
      'm.ts': "export * from './n';",
      'n.ts': 'export const x = 1;',
    }),
    edit('m.ts', "export * from './n';", "export * from './n'; export const x = 1;"),
    ['a'],
  ],
  [
    '`export default`',
    one("import x from './m';", '() => x()', { 'm.ts': 'export default function () { return 1; }' }),
    edit('m.ts', 'return 1', 'return 2'),
    ['a'],
  ],
  [
    'a CommonJS module counts whole, and for all',
    one("import m from './m.cjs';", '() => m.x', { 'm.cjs': 'exports.x = 1; exports.y = 2;' }),
    edit('m.cjs', 'y = 2', 'y = 3'),
    EVERY,
  ],
  [
    '`require` of a literal',
    one('', "() => require('./m').x", { 'm.ts': 'export const x = 1;' }),
    x12,
    ['a'],
  ],
  [
    '`createRequire` of Node',
    one(
      "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      "() => require('./m')",
      { 'm.ts': 'export const x = 1;' },
    ),
    x12,
    ['a'],
  ],
  [
    'an import of a computed name: all that is loaded counts',
    two("import { x } from './m';", '({ name }: { name: string }) => import(name)', '() => x', {
      'm.ts': 'export const x = 1;',
    }),
    x12,
    ['a', 'b'],
  ],
  ['`eval`: its module counts', one('const d = 1;', "() => eval('d')"), d, ['a']],
  ['`import.meta`: its module counts', one('const d = 1;', '() => import.meta.url'), d, ['a']],
  [
    'JSX, its component',
    one('', "() => import('./view')", { 'view.tsx': 'const Box = () => 1; export const view = <Box />;' }),
    edit('view.tsx', '=> 1', '=> 2'),
    ['a'],
  ],
  [
    'JSX, the package that makes it',
    one('', "() => import('./view')", {
      'view.tsx': '/** @jsxImportSource pkg */ export const view = () => <b />;',
      ...PKG,
    }),
    edit('node_modules/pkg/package.json', '1.0.0', '1.0.1'),
    ['a'],
  ],
  [
    'paths of tsconfig',
    two("import { x } from 'lib/m'; import { y } from 'lib/n';", '() => x', '() => y', {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "lib/*": ["./src/*"] } } }',
      'src/m.ts': 'export const x = 1;',
      'src/n.ts': 'export const y = 1;',
    }),
    edit('src/n.ts', 'y = 1', 'y = 2'),
    ['b'],
  ],
  [
    'subpaths of a package.json',
    one("import { x } from '#lib/m';", '() => x', {
      'package.json': '{ "imports": { "#lib/*": "./src/*.ts" } }',
      'src/m.ts': 'export const x = 1;',
    }),
    edit('src/m.ts', 'x = 1', 'x = 2'),
    ['a'],
  ],
  [
    '`./m.js` is `m.ts`',
    one("import { x } from './m.js';", '() => x', { 'm.ts': 'export const x = 1;' }),
    x12,
    ['a'],
  ],
  [
    'a file that takes the place of another',
    one("import { x } from './m';", '() => x', { 'm.js': 'export const x = 1;' }),
    (files) => ({ ...files, 'm.ts': 'export const x = 1;' }),
    ['a'],
  ],
  [
    'a file that was missing',
    one("import { x } from './m';", '() => x'),
    (files) => ({ ...files, 'm.ts': 'export const x = 1;' }),
    EVERY,
  ],
  [
    'a package that nobody finds: its lock file',
    one("import { x } from 'gone';", '() => x', { 'yarn.lock': '1' }),
    (files) => ({ ...files, 'yarn.lock': '2' }),
    EVERY,
  ],
  [
    'a namespace of TypeScript',
    one('namespace N { export const x = 1; }', '() => N.x'),
    edit(FLOW, 'x = 1', 'x = 2'),
    EVERY,
  ],
  [
    'an overload',
    one('function g(x: string): void; function g(x: unknown) { return x; }', '() => g(1)'),
    edit(FLOW, 'x: string', 'x: number'),
    [],
  ],
  [
    'something that only looks like a flow',
    one("import { g } from './wrap'; g.end(1);", none, {
      'wrap.ts': 'export const g = { end(x: number) { return x; } };',
    }),
    edit('wrap.ts', 'return x', 'return -x'),
    EVERY,
  ],
  [
    'two imports that change places',
    one("import { x, y as z } from './m';", '() => x - z', {
      'm.ts': 'export const x = 1; export const y = 2;',
    }),
    edit(FLOW, '{ x, y as z }', '{ y as x, x as z }'),
    ['a'],
  ],
  [
    'two exports that change places',
    one("import { x, y } from './m';", '() => x - y', SWAP),
    edit('m.ts', '{ x, y }', '{ x as y, y as x }'),
    ['a'],
  ],
  [
    'two exports of a namespace that change places',
    one("import * as m from './m';", '() => m.x - m.y', SWAP),
    edit('m.ts', '{ x, y }', '{ x as y, y as x }'),
    ['a'],
  ],
  [
    'two names of one pattern that change places',
    one("import { x } from './m';", '() => x', {
      'm.ts': 'const { p, q } = { p: 1, q: 2 }; export { p as x, q as y };',
    }),
    edit('m.ts', '{ p as x, q as y }', '{ q as x, p as y }'),
    ['a'],
  ],
  [
    'another export of a package under the same name',
    one("import { x } from 'pkg';", '() => x', PKG),
    edit(FLOW, '{ x }', '{ y as x }'),
    ['a'],
  ],
  [
    'the same behind an export from it',
    one("import { x } from './m';", '() => x', { 'm.ts': "export { y as x } from 'pkg';", ...PKG }),
    edit('m.ts', 'y as x', 'z as x'),
    ['a'],
  ],
  [
    'another export of a CommonJS module',
    one("import { x } from './m.cjs';", '() => x', { 'm.cjs': 'exports.x = 1; exports.y = 2;' }),
    edit(FLOW, '{ x }', '{ y as x }'),
    ['a'],
  ],
  [
    'the default export of a module, or all of it',
    one("import m from './m.cjs';", '() => m', { 'm.cjs': 'exports.x = 1;' }),
    edit(FLOW, 'import m from', 'import * as m from'),
    ['a'],
  ],
  [
    'a getter makes reading an effect',
    one('const box = { get x() { return count(); } }; function count() { return 1; } const y = box.x;', none),
    edit(FLOW, 'return 1', 'return 2'),
    EVERY,
  ],
];

test.each(SCENES)('%s', async (_, files, change, steps) => {
  expect(new Set(await changed({ files }, { files: change(files) }))).toEqual(new Set(steps));
});

test('which of its files a package of the workspace gives first', async () => {
  const gives = (...files: [string, string]) =>
    JSON.stringify({ name: '@w/levels', exports: { development: files[0], default: files[1] } });
  const files = (manifest: string): Files => ({
    ...BASE,
    'packages/levels/package.json': manifest,
    'node_modules/@w/levels/package.json': manifest,
    'packages/levels/src/other.ts': 'export const level = 2;',
  });
  const [one, other] = ['./src/index.ts', './src/other.ts'];
  const before = { files: files(gives(one, other)), links: LINKS };
  expect(await changed(before, { files: files(gives(other, one)), links: LINKS })).toEqual(['right']);
});

test('steps in files that the flow file imports have fingerprints of their own', async () => {
  const files: Files = {
    'f.flow.ts': "import { f } from './base'; import { two } from './steps'; export default f.end(two);",
    'base.ts': "import { flow } from '@nx-flow/core'; export const f = flow('f');",
    'steps.ts': `import { f } from './base';
export const start = f.start(() => ({ x: 1 }));
export const two = f.step('two', { after: start }, () => ({ y: 1 }));`,
  };
  const { steps } = await sources.fingerprint({ files });
  expect(Object.keys(steps).sort()).toEqual(['end', 'start', 'two']);
  expect(await changed({ files }, { files: edit('steps.ts', 'y: 1', 'y: 2')(files) })).toEqual(['two']);
});

test('a step of computed name, or declared in a function, counts with everything that is loaded', async () => {
  const files = two(
    `for (const name of ['p', 'q']) f.step(name, {}, () => x); const x = 1; const far = 1;
     function add(flow: typeof f) { return flow.step('made', {}, () => ({})); } add(f);`,
    none,
    none,
  );
  const was = await sources.fingerprint({ files });
  expect(Object.keys(was.steps).sort()).toEqual(['a', 'b', 'end', 'start']);
  const is = await sources.fingerprint({ files: edit(FLOW, 'far = 1', 'far = 2')(files) });
  expect(is.other.digest).not.toBe(was.other.digest);
  expect(is.steps.a?.digest).toBe(was.steps.a?.digest);
});

test('code that nobody can follow is named', async () => {
  const files = two(
    "import { Worker } from 'node:worker_threads';",
    '({ name }: { name: string }) => import(name)',
    '() => Worker',
  );
  const { steps } = await sources.fingerprint({ files });
  expect(steps.a?.open).toEqual(['f.flow.ts:5', 'node:worker_threads']);
  expect(steps.b?.open).toEqual(['node:worker_threads']);
  expect(steps.start?.open).toEqual([]);
});

test('equal files give equal fingerprints, and every file that was looked for is told', async () => {
  const first = await sources.fingerprint({ files: BASE, links: LINKS });
  expect(await sources.fingerprint({ files: BASE, links: LINKS })).toEqual(first);
  const { files } = first;
  expect(files['/w/lib.ts']).toMatch(/^[0-9a-f]{32}$/);
  for (const file of ['table.json', 'tsconfig.base.json', 'node_modules/zod/package.json'])
    expect(files[`/w/${file}`]).toEqual(expect.any(String));
  expect(files['/w/lib.tsx']).toBeNull();
});

test('a module that does not parse is refused with its place', async () => {
  const files = one("import { x } from './m';", '() => x', { 'm.ts': 'export const x = ;' });
  await expect(sources.fingerprint({ files })).rejects.toMatchObject({
    code: 'FLOW_SYNTAX',
    message: expect.stringMatching(/^\/w\/m\.ts:1:18 /),
  });
});
