/** A removed run is gone, says so, and leaves to others what they need; whatever ends a removal, the next one goes on. */
import { flow } from '../../../src/definition/flow';
import { collect } from '../../../src/engine/housekeeping/collect';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { wouldRemove } from '../../../src/engine/housekeeping/would-remove';
import { requireRun } from '../../../src/engine/record/find-run';
import { RunContent } from '../../../src/engine/transfer/content';
import { verifyStore } from '../../../src/engine/verify/verify';
import { storeFull } from '../../../src/store/folder/no-room';
import { scan } from '../../../src/store/kv/kv';
import { keys } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

const f = flow('films');
const start = f.start(({ log }) => {
  log('started');
  return { ns: [1, 2, 3] };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ twice: input * 2 }));
const all = f.join('all', { after: each }, ({ inputs }) => ({ count: inputs.length }));
const films = f.end(all);

/** Another client of the same store, which has read nothing. */
const fresh = ({ kv, cas }: Store) => new Store(kv, cas);
const rows = async (store: Store, ...runs: number[]) =>
  (await Promise.all(runs.map((run) => store.unpinnedRun('films', run)))) as RunRow[];
const remove = async (store: Store, ...runs: number[]) =>
  removeRuns(store, await rows(store, ...runs), { by: 'mia', at: new Date(2026, 10, 30).getTime() });
const problems = async (store: Store) => {
  const found: string[] = [];
  await verifyStore(store, {
    readData: true,
    report: ({ where, message }) => found.push(`${where} ${message}`),
  });
  return found;
};
async function keysOf(store: Store, run?: number): Promise<string[]> {
  const found: string[] = [];
  const part = run === undefined ? '' : `/films/${String(run).padStart(10, '0')}`;
  for await (const [key] of scan(store.kv, { gte: '', lt: '\x7f' })) if (key.includes(part)) found.push(key);
  return found;
}

let engine: MemoryEngine;
let store: Store;
beforeEach(async () => {
  engine = new MemoryEngine(memoryStore());
  await engine.run(films);
  await engine.run(films);
  store = fresh(engine.store);
});

test('nothing of it is left but a tombstone, which every command that names it repeats', async () => {
  expect(await remove(store, 1)).toMatchObject({ runs: ['films/1'], read: [], needed: [] });
  expect(await keysOf(store, 1)).toEqual([keys.removed('films', 1)]);
  const gone = {
    code: 'FLOW_RUN_REMOVED',
    message: 'The run films/1 was removed on 2026-11-30 by mia. Name another run, or import an export of it.',
    exit: 2,
  };
  await expect(requireRun(store, 'films', 1)).rejects.toMatchObject(gone);
  const after = new MemoryEngine(store);
  await expect(after.spin(films, 'all', { run: 1 })).rejects.toMatchObject(gone);
  await expect(after.resume(films, 1, 'all')).rejects.toMatchObject(gone);
  expect((await store.latest('films'))?.run).toBe(2);
  expect(await problems(store)).toEqual([]);
});

test('its number never comes again', async () => {
  await remove(store, 1, 2);
  expect((await new MemoryEngine(store).run(films)).run).toBe(3);
});

test('what a resumed run refers to stays, and who that is is said', async () => {
  const splits: number[] = [];
  for await (const { task } of engine.store.tasks('films', 2, 'each')) splits.push(task);
  const resumed = await engine.resume(films, 1, 'all');
  const would = await wouldRemove(fresh(store), await rows(store, 1));
  const removed = await remove(fresh(store), 1);
  const needed = [{ run: 'films/1', tasks: 4, by: ['films/3'] }];
  expect([would.needed, removed.needed]).toEqual([needed, needed]);
  expect((await keysOf(store, 1)).filter((key) => key.startsWith('task/'))).toEqual([
    ...splits.map((task) => keys.task('films', 1, 'each', task)),
    keys.task('films', 1, 'start', 1),
  ]);
  expect(await problems(store)).toEqual([]);
  const after = new MemoryEngine(fresh(store));
  expect(await after.after(resumed, 'end')).toEqual({ count: 3 });
  expect((await after.spin(films, 'all', { run: 3 })).status).toBe('done');
  expect((await after.resume(films, 3, 'each')).status).toBe('done');
  const content = await RunContent.of(fresh(store), (await rows(store, 3))[0] as RunRow);
  const kinds = [];
  for await (const { kind } of content.rows()) kinds.push(kind);
  expect(kinds.filter((kind) => kind === 'task')).toHaveLength(resumed.tasks.length);
  // When that run goes too, all goes.
  await remove(fresh(store), 4, 3, 2);
  expect(
    await keysOf(store).then((found) => found.filter((key) => /^(task|artifact|log)/.test(key))),
  ).toEqual([]);
});

test('a chain of resumed runs keeps what the last one needs of the first', async () => {
  const second = await engine.resume(films, 1, 'each');
  const third = await engine.resume(films, second.run, 'all');
  await remove(fresh(store), 1, second.run);
  expect(await problems(store)).toEqual([]);
  expect(await new MemoryEngine(fresh(store)).after(third, 'end')).toEqual({ count: 3 });
});

test('of a run that somebody reads, the records go later', async () => {
  const reader = fresh(store);
  // The holds are those of the one who reads: as of one broker.
  const remover = new Store(store.kv, store.cas, undefined, reader.holds);
  expect((await reader.run('films', 1))?.run).toBe(1);
  expect((await remove(remover, 1)).read).toEqual(['films/1']);
  expect(await new MemoryEngine(reader).visible('films', 1, 'start/1')).toEqual({ ns: [1, 2, 3] });
  expect(await problems(store)).toEqual([]);
  const options = { policy: {}, namespace: undefined, now: Date.now(), by: 'mia', dryRun: false };
  const beside = { store: '/nowhere/at/all', workspace: '/nowhere/at/all' };
  await collect(fresh(store), { ...options, beside });
  expect(await keysOf(store, 1)).toEqual([keys.removed('films', 1)]);
});

test('also while somebody looks for a run of the flow', async () => {
  const reader = fresh(store);
  const remover = new Store(store.kv, store.cas, undefined, reader.holds);
  const looking = reader.runs('films');
  expect((await looking.next()).value).toMatchObject({ run: 2 });
  expect((await remove(remover, 1)).read).toEqual(['films/1']);
  await looking.return();
  expect(await removeRuns(remover, [], { by: 'mia', at: 0, all: true })).toMatchObject({ read: [] });
  expect(await keysOf(store, 1)).toEqual([keys.removed('films', 1)]);
});

test('whatever batch is the last, nothing is half removed for anybody, and the next one goes on', async () => {
  for (let last = 0; ; last++) {
    const one = new MemoryEngine(memoryStore());
    await one.run(films);
    const resumed = await one.resume(films, 1, 'all');
    await one.run(films);
    const broken = fresh(one.store);
    let batches = 0;
    const batch = broken.kv.batch.bind(broken.kv);
    const spied = jest.spyOn(broken.kv, 'batch').mockImplementation(async (ops, options) => {
      if (batches++ >= last) throw new Error('killed');
      await batch(ops, options);
    });
    const ended = await remove(broken, 1, 3).then(
      () => true,
      () => false,
    );
    spied.mockRestore();
    expect(await problems(one.store)).toEqual([]);
    await removeRuns(fresh(one.store), [], { by: 'mia', at: 0, all: true });
    expect(await problems(one.store)).toEqual([]);
    const after = fresh(one.store);
    expect(await new MemoryEngine(after).after(resumed, 'end')).toEqual({ count: 3 });
    const isGone = (await after.unpinnedRun('films', 3)) === undefined;
    expect((await keysOf(after, 3)).length === 1).toBe(isGone);
    if (ended) return;
  }
});

test('without room for the rest it says what is removed, and what is kept', async () => {
  const { kv } = store;
  const batch = kv.batch.bind(kv);
  let left = 0;
  jest.spyOn(kv, 'batch').mockImplementation(async (ops, options) => {
    if (left-- <= 0) throw storeFull('/store', 'ENOSPC');
    await batch(ops, options);
  });
  const told = async (...runs: number[]) =>
    remove(store, ...runs).then(
      () => '',
      ({ code, exit, message }) => `${code} ${exit} ${message.replace(/^.*make room/, 'Make room')}`,
    );
  expect(await told(1)).toBe('FLOW_STORE_FULL 1 Make room on its disk. films/1 is kept: do it again.');
  left = 1;
  expect(await told(1)).toBe(
    'FLOW_STORE_FULL 1 Make room on its disk. films/1 is removed; the room comes back with the next nx-flow gc.',
  );
  left = 9;
  await removeRuns(fresh(store), [], { by: 'mia', at: 0, all: true });
  expect(await keysOf(store, 1)).toHaveLength(1);
  jest.restoreAllMocks();
});

test('a run whose reader may come back is removed, and its room comes back later', async () => {
  const states = async (names: readonly string[]) => names.map(() => 'unsure' as const);
  const holds = { ...store.holds, take: async () => true, states };
  const unsure = new Store(store.kv, store.cas, undefined, holds as never);
  expect(await remove(unsure, 1)).toMatchObject({
    runs: ['films/1'],
    read: ['films/1'],
    unsure: ['films/1'],
  });
});

test('a run that goes on, or may, is not removed', async () => {
  const [row] = await rows(store, 1);
  store.coordinate('films', 1);
  expect(
    (await removeRuns(store, [{ ...(row as RunRow), status: 'killed' }], { by: 'mia', at: 0 })).runs,
  ).toEqual([]);
  expect(
    (await removeRuns(store, [{ ...(row as RunRow), status: 'running' }], { by: 'mia', at: 0 })).runs,
  ).toEqual([]);
  expect((await store.unpinnedRun('films', 1))?.run).toBe(1);
});
