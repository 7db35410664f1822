import { SourceProcess } from '../kit/source';

let source: SourceProcess;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());

const parse = async (text: string) =>
  (await source.parseFlowSource('/x/a.flow.ts', text)).map(({ name, steps }) => ({
    name,
    steps: steps.map((s) => `${s.kind} ${s.name}`),
  }));
const CORE = `import { flow } from '@nx-flow/core';\n`;

test('gives the flow and its steps, in order of declaration', async () => {
  const text = `${CORE}
    const f = flow('movies', { params: {} });
    export const start = f.start(() => ({ a: [1] }));
    const each = f.foreach('each', { after: start, over: 'a' }, () => ({}));
    const all = f.join("all", { after: each }, () => ({}));
    const both = f.gather(\`both\`, { after: { all } }, () => ({}));
    const pick = f.switch('pick', { after: both, on: 'k', cases: ['x'] }, () => ({ k: 'x' as const }));
    const again = f.loop('again', { after: pick.when('x'), while: 'm' }, () => ({ m: false }));
    export default f.end(f.step('last', { after: again }, () => ({})));`;
  expect(await parse(text)).toEqual([
    {
      name: 'movies',
      steps: [
        'start start',
        'foreach each',
        'join all',
        'gather both',
        'switch pick',
        'loop again',
        'end end',
        'step last',
      ],
    },
  ]);
});

test('several flows of one file are told apart', async () => {
  expect(
    await parse(
      `${CORE}const a = flow('one'); const b = flow('two'); a.start(() => {}); b.start(() => {}); b.step('s', {}, () => {});`,
    ),
  ).toEqual([
    { name: 'one', steps: ['start start'] },
    { name: 'two', steps: ['start start', 'step s'] },
  ]);
});

test.each([
  ['an alias', `import { flow as make } from '@nx-flow/core'; const f = make('movies'); f.start(() => {});`],
  ['a namespace', `import * as core from '@nx-flow/core'; const f = core.flow('movies'); f.start(() => {});`],
  ['a type argument', `${CORE}const f = flow<{}>('movies'); f.start(() => {});`],
  ['an export', `${CORE}export const f = flow('movies'); f.start(() => {});`],
  ['require', `const { flow } = require('@nx-flow/core'); const f = flow('movies'); f.start(() => {});`],
  [
    'require with an alias',
    `const { flow: make } = require('@nx-flow/core'); const f = make('movies'); f.start(() => {});`,
  ],
  [
    'require of a namespace',
    `const core = require('@nx-flow/core'); const f = core.flow('movies'); f.start(() => {});`,
  ],
  [
    'import = require',
    `import core = require('@nx-flow/core'); const f = core.flow('movies'); f.start(() => {});`,
  ],
  [
    'TypeScript around it',
    `${CORE}const f = (flow('movies') satisfies object) as never as ReturnType<typeof flow>; f.start(() => {});`,
  ],
])('the flow is recognised through %s', async (_, text) => {
  expect(await parse(text)).toEqual([{ name: 'movies', steps: ['start start'] }]);
});

test('a name that is not literal is left out; the others stay', async () => {
  expect(
    await parse(
      `${CORE}const f = flow('a'); f.step(name, {}, () => {}); f.step('b', {}, () => {}); const g = flow(name);`,
    ),
  ).toEqual([{ name: 'a', steps: ['step b'] }]);
});

test('functions of the same name from elsewhere are no flows', async () => {
  expect(await parse(`const flow = (x: string) => x; const f = flow('a');`)).toEqual([]);
  expect(await parse(`import { flow } from 'lodash'; const f = flow(trim, parse);`)).toEqual([]);
});

test('a file that does not parse is refused with file, line and column', async () => {
  const refused = async (text: string) => {
    try {
      await source.parseFlowSource('/x/a.flow.ts', text);
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return `${code} ${message}`;
    }
    return 'parsed';
  };
  expect(await refused(`${CORE}\nconst é = 'ü'; const x = ;`)).toMatch(
    /^FLOW_SYNTAX \/x\/a\.flow\.ts:3:26 {2}./,
  );
  expect(await refused('')).toBe('parsed');
});

test('JSX and types are read by the kind of the file', async () => {
  expect(
    await source.parseFlowSource('/x/a.flow.tsx', `${CORE}const f = flow('a'); const x = <div/>;`),
  ).toHaveLength(1);
  expect(
    await source.parseFlowSource('/x/a.flow.ts', `${CORE}const f = flow('a'); const x = <string>y;`),
  ).toHaveLength(1);
});

test('edges, options and places of steps, as far as they are written out', async () => {
  const text = `${CORE}const f = flow('movies', { params: { a: z.string(), ...more } });
const start = f.start({ retry: { times: 2 } }, () => ({ a: [1], k: 'x' }));
const each = f.foreach('each', { after: start, over: 'a', timeout: '5m' }, () => ({}));
const all = f.join('all', { after: each, env: process.env }, () => ({}));
const size = f.switch('size', { after: start, on: 'k', cases: ['x', 'y'] }, () => ({ k: 'x' }));
const x = f.step('x', { after: size.when('x') }, () => ({}));
const one = f.step('one', { after: oneOf(x, size.when('y')) }, () => ({}));
const both = f.gather('both', { after: { left: all, right: one } }, () => ({}));
  const again = f.loop('again', { after: (both as never), while: 'm', max: -1 }, () => ({ m: false }));
export default f.end(f.step('last', { after: again }, () => ({})));`;
  const [flow] = await source.parseFlowSource('/x/a.flow.ts', text);
  expect(flow).toMatchObject({ name: 'movies', line: 2, column: 11, params: ['a'], unnamed: [] });
  const steps = Object.fromEntries((flow?.steps ?? []).map(({ name, ...step }) => [name, step]));
  const after = (...from: string[]) => [
    {
      from: from.map((edge) =>
        (([step, when]) => (when ? { from: step, when } : { from: step }))(edge.split('=')),
      ),
    },
  ];
  const place = (line: number, column: number) => ({ line, column, computed: [] });
  expect(steps).toEqual({
    start: { kind: 'start', inputs: [], options: { retry: { times: 2 } }, ...place(3, 15) },
    each: { kind: 'foreach', inputs: after('start'), options: { over: 'a', timeout: '5m' }, ...place(4, 14) },
    all: { kind: 'join', inputs: after('each'), options: {}, ...place(5, 13), computed: ['env'] },
    size: {
      kind: 'switch',
      inputs: after('start'),
      options: { on: 'k', cases: ['x', 'y'] },
      ...place(6, 14),
    },
    x: { kind: 'step', inputs: after('size=x'), options: {}, ...place(7, 11) },
    one: { kind: 'step', inputs: after('x', 'size=y'), options: {}, ...place(8, 13) },
    both: {
      kind: 'gather',
      inputs: [
        { as: 'left', from: [{ from: 'all' }] },
        { as: 'right', from: [{ from: 'one' }] },
      ],
      options: {},
      ...place(9, 14),
    },
    again: { kind: 'loop', inputs: after('both'), options: { while: 'm', max: -1 }, ...place(10, 17) },
    last: { kind: 'step', inputs: after('again'), options: {}, ...place(11, 22) },
    end: { kind: 'end', inputs: after('last'), options: {}, ...place(11, 16) },
  });
});

test('what is computed is said to be: names, edges, handles of other files, spread options', async () => {
  const text = `${CORE}import { far } from './far';
const f = flow('a');
const b = f.step('b', { after: choose() }, () => {});
const c = f.step('c', { after: far }, () => {});
const d = f.step('d', { after: b, ...shared }, () => {});
const e = f.step('e', options, () => {});
f.step(name, { after: b }, () => {});`;
  const [flow] = await source.parseFlowSource('/x/a.flow.ts', text);
  expect(flow?.unnamed).toEqual([{ kind: 'step', line: 8, column: 1 }]);
  expect(flow?.steps.map(({ name, inputs, computed }) => [name, inputs, computed])).toEqual([
    ['b', undefined, ['after']],
    ['c', undefined, []],
    ['d', undefined, ['...', 'after']],
    ['e', undefined, ['...', 'after']],
  ]);
});

test('a body may use the name of a handle for a variable of its own', async () => {
  const text = `${CORE}
    const f = flow('movies');
    const start = f.start(() => ({ a: 1 }));
    const pick = f.step('pick', { after: start }, () => { const pick = [1]; const start = 2; return { pick, start }; });
    function more(after) { const start = later(); return f.step('more', { after: start }, () => ({})); }
    export default f.end(pick);`;
  const [flow] = await source.parseFlowSource('/x/a.flow.ts', text);
  const edges = flow?.steps.map(({ name, inputs }) => [name, inputs?.flatMap(({ from }) => from)]);
  expect(edges).toEqual([
    ['start', []],
    ['pick', [{ from: 'start' }]],
    ['more', undefined],
    ['end', [{ from: 'pick' }]],
  ]);
});

test.each([
  ['written out', `{ inputs: ['data/*.csv', { env: 'URL' }] as const }`, ['data/*.csv', { env: 'URL' }]],
  ['none', `{ params: {} }`, undefined],
  ['a variable', `{ inputs }`, 'computed'],
  ['a call', `{ inputs: ['a'].concat(more) }`, 'computed'],
  ['perhaps in what is spread', `{ ...shared, params: {} }`, 'computed'],
  ['perhaps in a variable', `options`, 'computed'],
  ['wrong ones', `{ inputs: [1] }`, 'computed'],
])('what the steps of a flow read: %s', async (_, options, inputs) => {
  const [flow] = await source.parseFlowSource('/x/a.flow.ts', `${CORE}const f = flow('a', ${options});`);
  expect(flow?.inputs).toEqual(inputs);
});
