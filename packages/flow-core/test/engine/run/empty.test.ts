/** A foreach over nothing: its join runs with no inputs. The graphs of the conformance matrix have it in every place. */
import { flow, merge } from '../../../src';
import { eventLine } from '../../../src/cli/render/event-line';
import type { Output } from '../../../src/cli/render/output';
import { MemoryEngine, type Ran, rowOf, rowsOf } from '../../kit/memory';

/** What a foreach splits, and what its join gives. */
function over(rows: unknown, { empty }: { empty?: 'fail' } = {}) {
  const f = flow('over');
  const start = f.start(() => ({ rows: rows as Iterable<unknown> & object, unit: 'cm' }));
  const each = f.foreach('each', { after: start, over: 'rows', ...(empty ? { empty } : {}) }, (c) => ({
    seen: [c.input, c.index, c.stack[0]],
  }));
  const inner = f.step('inner', { after: each }, ({ self }) => ({ again: self.seen }));
  const all = f.join('all', { after: inner }, ({ inputs }) => ({
    ...merge(inputs, { exclude: ['seen', 'again'] }),
    count: inputs.length,
    seen: inputs.map(({ again }) => again),
  }));
  return f.end(all);
}

const told = ({ events }: Ran) => events.filter(({ type }) => type === 'foreach-empty');

test('the join runs with no inputs, and merge() passes on what stood before', async () => {
  const e = new MemoryEngine();
  const ran = await e.run(over([]));
  expect(ran.status).toBe('done');
  expect(ran.tasks.map(({ step }) => step).sort()).toEqual(['all', 'end', 'start']);
  expect(await e.after(ran, 'end')).toEqual({ rows: [], unit: 'cm', count: 0, seen: [] });
  // The splitter is its base, not a parent; what is passed on is passed on by reference.
  expect(rowOf(ran, 'all')).toMatchObject({
    parents: [],
    base: 'start/1',
    inherited: { rows: 'start/1', unit: 'start/1' },
    reads: { all: [expect.any(String)] },
  });
});

test('one line says so, once for each foreach', async () => {
  const f = flow('nested');
  const start = f.start(() => ({ outer: [[], [1], []] as number[][] }));
  const row = f.foreach('row', { after: start, over: 'outer' }, ({ input }) => ({ cells: input }));
  const cell = f.foreach('cell', { after: row, over: 'cells' }, ({ input }) => ({ value: input }));
  const cells = f.join('cellsOf', { after: cell }, ({ inputs }) => ({ sum: inputs.length }));
  const ran = await new MemoryEngine().run(
    f.end(f.join('rows', { after: cells }, ({ inputs }) => ({ sums: inputs.map(({ sum }) => sum) }))),
  );
  expect(ran.status).toBe('done');
  const [event, ...more] = told(ran);
  expect(more).toEqual([]);
  const colors = new Proxy({}, { get: () => String });
  expect(eventLine(event as never, { colors, columns: 200 } as unknown as Output)).toBe(
    '! cell has nothing to split, since "cells" is empty: cellsOf runs with no inputs\n',
  );
  const bases = rowsOf(ran, 'cellsOf').map(({ base, parents }) => [base !== undefined, parents.length]);
  expect(bases.sort()).toEqual([
    [false, 1],
    [true, 0],
    [true, 0],
  ]);
});

test("`empty: 'fail'` fails the step before it", async () => {
  const ran = await new MemoryEngine().run(over(new Set(), { empty: 'fail' }));
  expect(ran.tasks.map(({ step, status }) => [step, status])).toEqual([['start', 'failed']]);
  expect(ran.error).toMatchObject({
    code: 'FLOW_FOREACH_LIST',
    message: `The foreach "each" needs at least one item (\`empty: 'fail'\`), but "rows" is empty: return one from "start".`,
  });
});

test.each([
  ['a typed array', new Float64Array([1.5, 2]), [1.5, 2]],
  ['a Buffer', Buffer.from([7, 8]), [7, 8]],
  ['bigints', new BigInt64Array([7n]), [7n]],
  ['a Set', new Set(['a', { b: 1 }]), ['a', { b: 1 }]],
  [
    'a Map, by its entries',
    new Map<unknown, unknown>([
      ['a', 1],
      [{ k: 2 }, [3]],
    ]),
    [
      ['a', 1],
      [{ k: 2 }, [3]],
    ],
  ],
  [
    'what a codec stores and gives its items',
    new URLSearchParams('a=1&b=2'),
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['an empty Map', new Map(), []],
  ['an empty typed array', new Uint8Array(0), []],
])('%s is split', async (_, rows, items) => {
  const e = new MemoryEngine();
  const ran = await e.run(over(rows));
  expect(ran.error).toBeUndefined();
  const seen = items.map((item, i) => [item, i, item]);
  expect((await e.after(ran, 'end')).seen).toEqual(seen);
  for (const [index, one] of seen.entries()) {
    const spun = await e.spin(over(rows), 'each', { index: [index] });
    expect(spun.artifacts).toMatchObject([{ name: 'seen', change: 'same', value: one }]);
  }
  if (items.length > 0) {
    const beyond = e.spin(over(rows), 'each', { index: [items.length] });
    await expect(beyond).rejects.toMatchObject({ code: 'FLOW_NO_INPUTS', message: /item.*index is 0/ });
  }
});

test('an instance of the flow that gives its items is split', async () => {
  class Bag {
    constructor(readonly all: string[]) {}
    *[Symbol.iterator]() {
      yield* this.all;
    }
  }
  const bag = {
    id: 'bag',
    version: 1,
    match: (value: unknown) => value instanceof Bag,
    encode: (value: Bag) => Buffer.from(value.all.join()),
    decode: (bytes: Uint8Array) => new Bag(Buffer.from(bytes).toString().split(',').filter(Boolean)),
  };
  for (const all of [['x', 'y'], []]) {
    const f = flow('bags', { codecs: [bag] });
    const start = f.start(() => ({ bag: new Bag(all) }));
    const each = f.foreach('each', { after: start, over: 'bag' }, ({ input }) => ({ got: input }));
    const end = f.end(
      f.join('all', { after: each }, ({ inputs }) => ({ got: inputs.map(({ got }) => got) })),
    );
    const e = new MemoryEngine();
    const ran = await e.run(end);
    expect((await e.after(ran, 'end')).got).toEqual(all);
    // The run lacks the step, so that the list is counted anew.
    const spun = e.spin(end, 'each', { index: [1], set: {} });
    if (all.length > 0) expect((await spun).artifacts[0]).toMatchObject({ change: 'same', value: 'y' });
    else await expect(spun).rejects.toThrow('"bag" there is empty, so "each" had no splits');
  }
});

test('a spin of an inner step says that the run had no splits, and takes an older one', async () => {
  const e = new MemoryEngine();
  await e.run(over([1, 2]));
  await e.run(over([]));
  for (const step of ['each', 'inner']) {
    const found = await e.resolve(over([]), step);
    expect(found.run?.run).toBe(1);
    expect(found.passedOver).toEqual(['2 ("rows" there is empty, so "each" had no splits)']);
    await expect(e.spin(over([]), step, { run: 2 })).rejects.toThrow(
      `Run over/2 has no inputs for "${step}": "rows" there is empty, so "each" had no splits.`,
    );
  }
  // The join itself is that of the newest run.
  const spun = await e.spin(over([]), 'all');
  expect(spun).toMatchObject({ status: 'done', origin: 'over/2/all/2' });
  expect(spun.artifacts.map(({ name, change }) => `${name} ${change}`).sort()).toEqual([
    'count same',
    'rows same',
    'seen same',
    'unit same',
  ]);
  await expect(e.spin(over([]), 'all', { set: { unit: 'm' } })).rejects.toMatchObject({
    code: 'FLOW_USAGE',
    message: /the foreach before it had nothing to split: take another run, by --origin/,
  });
});

test('a join that the run did not have is spun on what stood before its foreach', async () => {
  const e = new MemoryEngine();
  const declare = (joined: string) => {
    const f = flow('added');
    const start = f.start(() => ({ rows: [] as number[], unit: 'cm' }));
    const each = f.foreach('each', { after: start, over: 'rows' }, () => ({ x: 1 }));
    return f.end(f.join(joined, { after: each }, ({ inputs }) => ({ ...merge(inputs), n: inputs.length })));
  };
  await e.run(declare('all'));
  const spun = await e.spin(declare('other'), 'other');
  expect(spun.artifacts.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
    'n number',
    'rows Array(0)',
    'unit string',
  ]);
});

test('a caught failure behind which the inherited list is empty', async () => {
  for (const rows of [[] as number[], new Set<number>()]) {
    const f = flow('caughtempty');
    const start = f.start(() => ({ rows }));
    const may = f.step('may', { after: start, catch: 'error' }, () => {
      throw new Error('no');
    });
    const each = f.foreach('each', { after: may, over: 'rows' as never }, () => ({}));
    const all = f.join('all', { after: each }, ({ inputs }) => ({ n: inputs.length, ...merge(inputs) }));
    const e = new MemoryEngine();
    const ran = await e.run(f.end(all));
    expect(ran.error).toBeUndefined();
    expect(await e.after(ran, 'end')).toMatchObject({ n: 0, rows, error: { message: 'no' } });
  }
});
