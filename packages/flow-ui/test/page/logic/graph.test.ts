/** The graph of a run as it is shown: nested foreaches are folded, and everything has its place. */
import type { GraphEntry, GraphNode } from '../../../src/api/routes';
import { nodeStatus, shownGraph } from '../../../src/page/logic/collapse';
import { layoutGraph } from '../../../src/page/logic/graph-layout';

const node = (name: string, inside: string[] = [], total = 1, failed = 0, kind = 'step'): GraphNode => ({
  ...{ name, kind, inside, durationMs: 10 },
  tasks: { total, done: total - failed, failed, running: 0, caught: 0 },
});

/** start → for each fold: (for each grid: fit → score) → best → report */
const graph: GraphEntry = {
  nodes: [
    node('start'),
    node('fold', ['fold'], 4, 0, 'foreach'),
    node('grid', ['fold', 'grid'], 16, 1, 'foreach'),
    node('fit', ['fold', 'grid'], 15, 2),
    node('best', ['fold'], 3),
    node('report', [], 0),
  ],
  edges: [
    ...(['start fold', 'fold grid', 'grid fit', 'fit best', 'best report'].map((edge) => edge.split(' ')) as [
      string,
      string,
    ][]),
  ],
};
const shown = (...toggled: string[]) => shownGraph(graph, new Set(toggled));
const names = (of: ReturnType<typeof shown>) =>
  of.nodes.map(({ name, folded }) => (folded ? `${name}…` : name));

test('a nested foreach is one node with the counts of all of it', () => {
  const { nodes, edges, unfolded } = shown();
  expect(names(shown())).toEqual(['start', 'fold', 'grid…', 'best', 'report']);
  expect(nodes[2]).toMatchObject({ steps: ['grid', 'fit'], inside: ['fold'], durationMs: 20 });
  expect(nodes[2]?.tasks).toEqual({ total: 31, done: 28, failed: 3, running: 0, caught: 0 });
  expect(edges.map((edge) => edge.join(' '))).toEqual([
    'start fold',
    'fold grid',
    'grid best',
    'best report',
  ]);
  expect(unfolded).toEqual(['fold']);
});

test('it is unfolded, and the outer one folded', () => {
  expect(names(shown('grid'))).toEqual(['start', 'fold', 'grid', 'fit', 'best', 'report']);
  expect(shown('grid').unfolded).toEqual(['fold', 'grid']);
  expect(names(shown('fold'))).toEqual(['start', 'fold…', 'report']);
  expect(shown('fold').nodes[1]?.tasks.total).toBe(38);
  expect(shown('fold', 'grid').unfolded).toEqual([]);
});

test('a foreach of one step is that step', () => {
  const one = {
    nodes: [node('a'), node('b', ['b'], 9, 0, 'foreach'), node('c')],
    edges: [
      ['a', 'b'],
      ['b', 'c'],
    ] as [string, string][],
  };
  expect(names(shownGraph(one, new Set(['b'])))).toEqual(['a', 'b', 'c']);
});

test('all tasks of a node have one word', () => {
  const tasks = { total: 3, done: 3, failed: 0, running: 0, caught: 0 };
  const words = [
    tasks,
    { ...tasks, caught: 1 },
    { ...tasks, running: 1 },
    { ...tasks, running: 1, failed: 1 },
    { ...tasks, total: 0 },
  ];
  expect(words.map((word) => nodeStatus(word, false))).toEqual([
    'done',
    'caught',
    'running',
    'failed',
    'waiting',
  ]);
  expect(nodeStatus({ ...tasks, total: 0 }, true)).toBe('not reached');
});

test.each([false, true])(
  'every node has a place that no other has, its foreach around it (down: %s)',
  (down) => {
    const unfolded = shown('grid');
    const { nodes, groups, edges, width, height } = layoutGraph(unfolded, down);
    const boxes = [...nodes.values()];
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1))
        expect(
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
        ).toBe(true);
    for (const { name, x, y, width: w, height: h } of groups)
      for (const { name: inner } of unfolded.nodes.filter(({ inside }) => inside.includes(name))) {
        const box = nodes.get(inner);
        expect(
          box && box.x >= x && box.y >= y && box.x + box.width <= x + w && box.y + box.height <= y + h,
        ).toBe(true);
      }
    expect(
      boxes.every(
        (box) => box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height,
      ),
    ).toBe(true);
    expect(edges.every(({ path }) => /^M-?\d/.test(path))).toBe(true);
  },
);
