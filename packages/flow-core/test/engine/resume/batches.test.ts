/** A resumed run of many tasks: they are taken over in batches, and what comes of it is what a run of them all leaves. */
import { flow } from '../../../src';
import { taskOf } from '../../../src/cli/lookup';
import { client } from '../../../src/client';
import { requireGraph } from '../../../src/definition/flow';
import { why } from '../../../src/engine/explain/why/why';
import type { Entry } from '../../../src/store/kv/kv';
import { MemoryEngine, type Ran, rowsOf } from '../../kit/memory';

const SPLITS = 1300;
let failing = true;

function wide() {
  const f = flow('wide');
  const start = f.start(() => ({ ns: Array.from({ length: SPLITS }, (_, i) => i), n: -1 }));
  const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
  const more = f.step('more', { after: each, drop: ['ns'] }, ({ self }) => {
    if (failing && self.n % 100 === 7) throw new Error('not yet');
    return { m: self.n * 2 };
  });
  const all = f.join('all', { after: more }, ({ inputs }) => ({
    sum: inputs.reduce((sum, { n, m }) => sum + n + m, 0),
    names: Object.keys(inputs[0] ?? {}),
  }));
  return f.end(all);
}

const engine = new MemoryEngine();
const defined = wide();
let origin: Ran;
beforeAll(async () => {
  origin = await engine.run(defined);
  failing = false;
});

/** How many requests, and how many records they gave. */
async function counted(work: () => Promise<unknown>) {
  const { kv } = engine.store;
  const asked = { requests: 0, records: 0 };
  const note = <T extends Entry[] | (Uint8Array | undefined)[]>(found: T): T => {
    asked.requests++;
    asked.records += found.length;
    return found;
  };
  const { range, getMany, get } = kv;
  const spies = [
    jest.spyOn(kv, 'range').mockImplementation(async (query) => note(await range.call(kv, query))),
    jest
      .spyOn(kv, 'getMany')
      .mockImplementation(async (keys, how) => note(await getMany.call(kv, keys, how))),
    jest.spyOn(kv, 'get').mockImplementation(async (key) => note([await get.call(kv, key)])[0]),
  ];
  await work();
  for (const spy of spies) spy.mockRestore();
  return asked;
}

test('it reads in batches, executes what is left, and all is as it should be', async () => {
  expect(origin.status).toBe('failed');
  let resumed: Ran | undefined;
  const { requests } = await counted(async () => {
    resumed = await engine.resume(defined, origin.run);
  });
  // 2,600 tasks: pages of their rows, batches of those that are not at hand, what the join reads; and the kit's own reading.
  expect(requests).toBeLessThan(60);
  const ran = resumed as Ran;
  const again = SPLITS / 100;
  expect(ran.status).toBe('done');
  expect(ran.row.tasks).toEqual({ done: again + 2, failed: 0, taken: 1 + 2 * SPLITS - again });
  const values = await engine.visible('wide', ran.run, `all/${rowsOf(ran, 'all')[0]?.task}`);
  expect(values).toEqual({ sum: (3 * SPLITS * (SPLITS - 1)) / 2, names: ['n', 'm'] });
  const planned = ran.events.filter(({ type }) => type === 'tasks-planned' || type === 'tasks-taken');
  expect(
    planned.map((event) => ('count' in event ? `${event.type} ${event.step} ${event.count}` : '')),
  ).toEqual([
    'tasks-taken start 1',
    `tasks-taken each ${SPLITS}`,
    `tasks-taken more ${SPLITS - again}`,
    `tasks-planned more ${again}`,
    'tasks-planned all 1',
    'tasks-planned end 1',
  ]);
  // Numbers are given once, and a task has a higher one than those before it.
  const numbers = ran.tasks.map(({ task }) => task);
  expect(new Set(numbers).size).toBe(2 * SPLITS + 3);
  for (const { task, parents } of ran.tasks)
    for (const parent of parents) expect(Number(parent.split('/')[1])).toBeLessThan(task);
  // What a taken one passes on lies in the origin, each name where it was stored.
  const [, taken] = rowsOf(ran, 'more').sort((a, b) => (a.stack[0]?.index ?? 0) - (b.stack[0]?.index ?? 0));
  expect(taken).toMatchObject({ stored: [], stack: [{ index: 1 }] });
  expect(Object.entries(taken?.inherited ?? {}).map(([name, at]) => [name, at.replace(/\d+$/, '')])).toEqual([
    ['n', '1/each/'],
    ['m', '1/more/'],
  ]);
});

test('of a task deep in a run, no command reads more than of the first', async () => {
  const { store } = engine;
  const run = (await store.run('wide', origin.run)) as NonNullable<Awaited<ReturnType<typeof store.run>>>;
  const deep = SPLITS - 1;
  const row = rowsOf(origin, 'each').find(({ stack }) => stack[0]?.index === deep);
  const asked = {
    spin: await counted(() => engine.resolve(defined, 'each', { index: [deep], run: 1 })),
    client: await counted(async () => {
      const task = await (await client(defined, { store, namespace: null }).run(1)).task(`each/${row?.task}`);
      await task.artifacts.n;
      await task.parents();
    }),
    'first of a step': await counted(() => taskOf(store, run, { step: 'each' })),
    why: await counted(() =>
      why({
        ...{ graph: requireGraph(defined), store, namespace: undefined, step: 'each', index: [deep] },
        ...{ params: {}, code: { error: 'not read' } },
      }),
    ),
  };
  for (const { records } of Object.values(asked)) expect(records).toBeLessThan(40);
  expect(await taskOf(store, run, { step: 'each' })).toMatchObject({ others: SPLITS - 1 });
});
