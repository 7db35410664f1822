/** A foreach spun on another list than its run had: as many splits as the given one has. */
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { resolveSplits } from '../../../src/engine/inputs/origin-of-splits';
import type { Overrides } from '../../../src/engine/inputs/override';
import { resplitAll } from '../../../src/engine/inputs/override-list';
import { spin } from '../../../src/engine/spin/spin';
import { MemoryEngine } from '../../kit/memory';

/** Rows, and in each of them cells. */
function table(rows: readonly number[] = [1, 2, 3]) {
  const f = flow('table');
  const start = f.start(() => ({ rows: [...rows] }));
  const each = f.foreach('each', { after: start, over: 'rows' }, ({ input, index }) => ({
    got: `${input} at ${index}`,
    cells: ['x', 'y'].slice(0, input),
  }));
  const cell = f.foreach('cell', { after: each, over: 'cells' }, ({ input, stack }) => ({
    at: `${stack[1]}${input}`,
  }));
  const row = f.join('row', { after: cell }, ({ inputs }) => ({ ats: inputs.map(({ at }) => at) }));
  return f.end(f.join('all', { after: row }, ({ inputs }) => ({ all: inputs.map(({ ats }) => ats) })));
}

const defined = table();
let e: MemoryEngine;
beforeEach(async () => {
  e = new MemoryEngine();
  await e.run(defined);
});

async function all(step: string, given: Overrides, index: number[] = []) {
  const graph = requireGraph(defined);
  const found = await resolveSplits(graph, e.store, { step, index, namespace: undefined });
  return (await resplitAll(graph, e.store, found, [given])).splits.map(({ stack, origin }) => ({
    index: stack.map((frame) => frame.index).join(),
    count: stack.at(-1)?.count,
    ran: origin !== undefined,
  }));
}

test('all splits of a shorter list, of a longer one, and of what a function gives', async () => {
  expect(await all('each', { rows: [5, 6] })).toEqual([
    { index: '0', count: 2, ran: true },
    { index: '1', count: 2, ran: true },
  ]);
  const longer = [0, 1, 2, 3].map((n) => ({ index: `${n}`, count: 4, ran: n < 3 }));
  expect(await all('each', { rows: [5, 6, 7, 8] })).toEqual(longer);
  const one = (self: unknown) => ({ rows: [...(self as { rows: number[] }).rows, 8] });
  expect(await all('each', one)).toEqual(longer);
  expect(await all('each', { other: [1] })).toEqual(
    [0, 1, 2].map((n) => ({ index: `${n}`, count: 3, ran: true })),
  );
});

test('of an inner foreach, the splits under each outer one', async () => {
  const indexes = async (...args: Parameters<typeof all>) => (await all(...args)).map(({ index }) => index);
  expect(await indexes('cell', { cells: ['z'] })).toEqual(['0,0', '1,0', '2,0']);
  expect(await indexes('cell', { cells: ['u', 'v', 'w'] }, [1])).toEqual(['1,0', '1,1', '1,2']);
});

test('one split: the item and the count are of the given list, also where the run had no such split', async () => {
  const said = async (index: number[], rows: number[]) => {
    const { status, artifacts, origin } = await e.spin(defined, 'each', { index, set: { rows } });
    return [status, origin, artifacts.find(({ name }) => name === 'got')?.value];
  };
  expect(await said([1], [5, 6])).toEqual(['done', 'table/1/each/3', '6 at 1']);
  expect(await said([3], [5, 6, 7, 8])).toEqual(['done', 'table/1', '8 at 3']);
  let count: number | undefined;
  const spun = await spin({
    graph: requireGraph(defined),
    store: e.store,
    selection: { step: 'each', namespace: undefined, index: [4] },
    params: {},
    set: {},
    overrides: () => ({ rows: [5, 6, 7, 8, 9] }),
    user: 'tester',
    cwd: process.cwd(),
    log: () => {},
    emit: (event) => {
      if (event.type === 'spin-started') count = event.splits[0]?.count;
    },
  });
  expect([count, spun.artifacts.find(({ name }) => name === 'got')?.value]).toEqual([5, '9 at 4']);
});

test('the newest run serves, though only an older one had such a split', async () => {
  await e.run(table([1]));
  const spun = await e.spin(defined, 'each', { index: [2], set: { rows: [5, 6, 7] } });
  expect(spun).toMatchObject({ status: 'done', origin: 'table/2' });
  // Of another artifact, the older one: there the list is the run's own.
  const other = await e.spin(defined, 'each', { index: [2], set: { other: 1 } });
  expect(other.origin).toMatch(/^table\/1\/each\//);
});

test('an index beyond the given list, and a list that is none or empty, are refused', async () => {
  const refused = (index: number[], rows: unknown) => e.spin(defined, 'each', { index, set: { rows } });
  const beyond = {
    code: 'FLOW_INDEX',
    message: '"rows" has 2 items now that it is given, so there is no index 2.',
  };
  await expect(refused([2], [5, 6])).rejects.toMatchObject(beyond);
  await expect(refused([7], [5, 6])).rejects.toMatchObject({ code: 'FLOW_INDEX' });
  const none = {
    code: 'FLOW_FOREACH_LIST',
    message: expect.stringMatching(
      /needs a list in "rows", which was given|"rows", which was given, is empty/,
    ),
  };
  await expect(refused([0], [])).rejects.toMatchObject(none);
  await expect(refused([0], 'text')).rejects.toMatchObject(none);
  await expect(all('each', { rows: 5 })).rejects.toMatchObject(none);
  // A function that does not give the list leaves the run's own.
  const overrides = () => ({ other: 1 });
  const graph = requireGraph(defined);
  const options = { graph, store: e.store, params: {}, set: {}, user: 'tester', cwd: '/', log: () => {} };
  const selection = { step: 'each', namespace: undefined, index: [3] };
  await expect(spin({ ...options, overrides, selection })).rejects.toMatchObject({ code: 'FLOW_NO_INPUTS' });
});
