/** What is read of a flow's source is what the flow declares when it is imported: on every graph, and on random ones. */
import { requireGraph } from '../../src/definition/flow';
import type { Graph } from '../../src/definition/graph';
import { staticGraph } from '../../src/source/static-graph';
import { SourceProcess } from '../kit/source';
import { declare } from './declare';
import { GRAPHS } from './graphs';
import type { Program } from './program';
import { DRAWN, everyProgram } from './random';
import { sourceOf } from './source';

let source: SourceProcess;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());

const nodesOf = (graph: Graph | undefined) =>
  [...(graph?.steps.values() ?? [])]
    .map(({ name, kind, inputs, over, on, cases, while: goesOn }) => ({
      name,
      kind,
      inputs,
      over,
      on,
      cases,
      while: goesOn,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

async function readsTheSame(program: Program): Promise<void> {
  const [flow, ...others] = await source.parseFlowSource('/x/a.flow.ts', sourceOf(program, './bodies'));
  expect(others).toEqual([]);
  expect(nodesOf(flow && staticGraph(flow))).toEqual(nodesOf(requireGraph(declare(program))));
}

test.each(Object.entries(GRAPHS))('%s', (_, program) => readsTheSame(program));

test(`a random graph ${DRAWN}`, () => everyProgram(({ program }) => readsTheSame(program)));
