import { SourceProcess } from '../kit/source';

let source: SourceProcess;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());

const CORE = `import { flow, oneOf } from '@nx-flow/core';\n`;

/** Each step with its handle, and the text at the places of its edges. */
async function edges(text: string) {
  const { flows } = await source.readPositions('/x/a.flow.ts', text);
  return flows.flatMap(({ steps }) =>
    steps.map(({ name, handle, inputs }) => [
      name,
      handle,
      inputs?.map((input) => [
        `${input.as === undefined ? '' : `${input.as}: `}${text.slice(input.start, input.end)}`,
        ...input.edges.map((edge) => `${edge.from.name} at ${text.slice(edge.start, edge.end)}`),
      ]),
    ]),
  );
}

test('edges are told with their places: handles, cases, alternatives, branches', async () => {
  const text = `${CORE}const f = flow('é 🎬'.length > 0 ? 'x' : 'y');
const g = flow('movies');
export const start = g.start(() => ({ k: 'ü' }));
export const size = g.switch('size', { after: (start as never), on: 'k', cases: ['x', 'y'] }, () => ({ k: 'x' }));
const x = g.step('x', { after: size.when('x') }, () => ({}));
const one = g.step('one', { after: oneOf(x, size.when('y')) }, () => ({}));
const both = g.gather('both', { after: { one, two: one } }, () => ({}));
export default g.end(g.step('last', { after: both }, () => ({})));`;
  expect(await edges(text)).toEqual([
    ['start', 'start', []],
    ['size', 'size', [['start', 'start at start']]],
    ['x', 'x', [["size.when('x')", "size at size.when('x')"]]],
    ['one', 'one', [["oneOf(x, size.when('y'))", 'x at x', "size at size.when('y')"]]],
    [
      'both',
      'both',
      [
        ['one: one', 'one at one'],
        ['two: one', 'one at one'],
      ],
    ],
    [
      'end',
      undefined,
      [
        [
          "g.step('last', { after: both }, () => ({}))",
          "last at g.step('last', { after: both }, () => ({}))",
        ],
      ],
    ],
    ['last', undefined, [['both', 'both at both']]],
  ]);
  const { flows } = await source.readPositions('/x/a.flow.ts', text);
  const [start, size, , , both] = flows[0]?.steps ?? [];
  expect(start).toMatchObject({ line: 4, column: 22, statement: { exported: true } });
  expect(size?.cases).toEqual(['x', 'y']);
  expect(both?.inputs?.map(({ shorthand }) => shorthand)).toEqual([true, false]);
  expect(text.slice(both?.statement.start, both?.statement.end)).toMatch(/^const both = .*;$/);
});

test('an edge is not known through a variable that is assigned to, an alias, or a handle from elsewhere', async () => {
  const text = `${CORE}import { far } from './far';
const f = flow('a');
let last = f.start(() => ({}));
last = f.step('b', { after: last }, () => ({}));
const c = f.step('c', { after: far }, () => ({}));
const alias = c;
export default f.end(alias);`;
  expect(await edges(text)).toEqual([
    ['start', undefined, []],
    ['b', undefined, undefined],
    ['c', 'c', undefined],
    ['end', undefined, undefined],
  ]);
});

test.each([
  ['a call', 'more(f, start);', 4],
  ['a list', 'const all = [start];', 4],
  ['an edge that is computed', `f.step('c', { after: choose(start) }, () => ({}));`, 4],
  ['a function of the module', '\nfunction later() { return start; }', 5],
  ['an export', 'export { start };', undefined],
  ['an export of CommonJS', 'module.exports = { start };', undefined],
  ['a name of its own', 'const degree = (start: number) => start + 1;', undefined],
  ['a type', 'type S = typeof start;', undefined],
  ["a step's body", `f.step('c', { after: b }, () => ({ name: start.name }));`, undefined],
  ['an edge', `f.step('c', { after: start }, () => ({}));`, undefined],
])('a handle that is used for more than edges is told with its line: %s', async (_, line, told) => {
  const text = `${CORE}const f = flow('a');\nconst start = f.start(() => ({})), b = f.step('b', { after: start }, () => ({}));\n${line}`;
  const { flows } = await source.readPositions('/x/a.flow.ts', text);
  expect(flows[0]?.steps[0]?.passedOn?.line).toBe(told);
});

test.each([
  ["import { flow, merge as m } from '@nx-flow/core';", ['flow', 'm'], undefined],
  ["import * as core from '@nx-flow/core';", [], 'core'],
  ["import core = require('@nx-flow/core');", [], 'core'],
  ["const { flow, merge } = require('@nx-flow/core');", ['flow', 'merge'], undefined],
  ["import { flow } from './engine';", [], undefined],
])('what is imported of the engine: %s', async (text, locals, namespace) => {
  const { core } = await source.readPositions('/x/a.flow.ts', text);
  expect([...core.locals.values()]).toEqual(locals);
  expect(core.namespace).toBe(namespace);
});

test('names in use are those that the module declares, imports and takes from outside; not those of properties', async () => {
  const { names } = await source.readPositions(
    '/x/a.flow.ts',
    `import { a, type A } from 'x'; var b = fetch(a.c); { var d = ({ e: 1 }).e; } function g(h: number) { const i = h; return i; } class J {}`,
  );
  expect([...names].sort()).toEqual(['A', 'J', 'a', 'b', 'd', 'fetch', 'g']);
});

test('the rules are asked of a flow by its source alone, where all of it is written out', async () => {
  const problems = async (end: string) => {
    const text = `${CORE}const f = flow('a'); const start = f.start(() => ({ l: [1] }));
      const each = f.foreach('each', { after: start, over: 'l' }, () => ({})); ${end}`;
    const [flow] = await source.parseFlowSource('/x/a.flow.ts', text);
    return (await source.graphProblems(flow as never))?.map(({ code }) => code);
  };
  expect(await problems(`f.end(f.join('all', { after: each }, () => ({})));`)).toEqual([]);
  expect(await problems('f.end(each);')).toEqual(['FLOW_END_SCOPE']);
  expect(await problems('f.end(choose());')).toBeUndefined();
});

test('names are judged before there is anything of that name', async () => {
  expect(await source.flowNameProblem('by-genre_2')).toBeUndefined();
  expect(await source.flowNameProblem('my movies')).toMatchObject({ code: 'FLOW_NAME' });
  expect(await source.stepNameProblem('by-genre')).toBeUndefined();
  expect(await source.stepNameProblem('2nd')).toMatchObject({ code: 'FLOW_STEP_NAME' });
  expect(await source.stepNameProblem('end')).toMatchObject({ code: 'FLOW_STEP_RESERVED' });
});
