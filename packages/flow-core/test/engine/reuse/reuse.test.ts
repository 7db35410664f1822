/** Which earlier tasks stand for those of a run with `--reuse`, and which never do. */
import { flow, requireGraph } from '../../../src/definition/flow';
import type { StepNode } from '../../../src/definition/graph';
import { notReused } from '../../../src/engine/explain/why/not-reused';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { writeReuseRows } from '../../../src/engine/reuse/index-rows';
import { Reuse } from '../../../src/engine/reuse/reuse';
import { type StepKey, stepKey, stepKeys } from '../../../src/engine/reuse/step-keys';
import { verifyStore } from '../../../src/engine/verify/verify';
import type { Fingerprints, StepFingerprint } from '../../../src/source/fingerprint';
import { scan } from '../../../src/store/kv/kv';
import { keys, prefixRange } from '../../../src/store/kv/row-keys';
import { memoryStore } from '../../../src/store/open';
import { Store } from '../../../src/store/store';
import { MemoryEngine, type MemoryRunOptions, type Ran, rowOf, rowsOf } from '../../kit/memory';
import { exported, imported } from '../transfer/kit';

interface Options extends MemoryRunOptions {
  /** The code of a step that was edited. */
  edited?: Record<string, string>;
  /** Until when the code stood still. */
  steadyUntil?: number;
  plain?: true;
}

/** A run that takes over what it can, and can be taken over. */
async function run(engine: MemoryEngine, defined: unknown, options: Options = {}): Promise<Ran> {
  const { edited = {}, steadyUntil: until = Date.now() + 1000, plain, ...rest } = options;
  const graph = requireGraph(defined);
  const { store } = engine;
  const namespace = options.namespace ?? 'user:tester';
  const keysNow = new Map(
    [...graph.steps].map(([name, node]): [string, StepKey] => [
      name,
      stepKey(graph, node, edited[name] ?? String(node.body), { files: '' }),
    ]),
  );
  const reuse = plain ? {} : { reuse: new Reuse({ graph, store, namespace, keys: keysNow }) };
  const ran = await engine.run(defined, { ...rest, ...reuse });
  const which = { flow: graph.flow, run: ran.run, namespace, keys: keysNow, until };
  await writeReuseRows(store, plain ? which : { ...which, reuse: true });
  return ran;
}

const executed = ({ tasks }: Ran) =>
  tasks.filter(({ origin }) => origin === undefined).map(({ step }) => step);

/** Lists of numbers, squared. */
function squares(numbers: () => readonly unknown[], body = (n: number): unknown => n * n) {
  const f = flow('squares');
  const start = f.start(() => ({ ns: numbers() as number[] }));
  const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ square: body(input) }));
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    squares: inputs.map(({ square }) => square),
  }));
  return f.end(all);
}

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine(memoryStore());
});

test('one item more in a list of 100: that split is executed, and the join', async () => {
  const list = Array.from({ length: 100 }, (_, i) => i);
  await run(
    engine,
    squares(() => list),
    { plain: true },
  );
  const more = [...list.slice(0, 50), 1000, ...list.slice(50)];
  const ran = await run(
    engine,
    squares(() => more),
    { edited: { start: 'another list' } },
  );
  expect(executed(ran)).toEqual(['all', 'each', 'start']);
  expect(ran.row.tasks).toEqual({ done: 3, failed: 0, reused: 101 });
  expect((await engine.after(ran, 'all')).squares).toEqual(more.map((n) => n * n));
  expect(await notReused(engine.store, ran.row)).toMatchObject([
    { step: 'all', to: 'squares/1/all/102', what: ['square', 'the number of its inputs'] },
    { step: 'each', tasks: 1, to: 'squares/1/each/52', what: ['the item of each'] },
    { step: 'start', to: 'squares/1', what: ['the code'] },
  ]);
});

test('an edit to one of ten steps executes that step and what sees another result', async () => {
  const ten = (fifth: number) => {
    const f = flow('ten');
    let last = f.start(() => ({ n: 1, parity: true })) as never;
    for (let i = 1; i < 9; i++) {
      const body = ({ self }: { self: { n: number; parity: boolean } }) =>
        i === 5
          ? { n: fifth }
          : i === 6
            ? { parity: self.n % 2 === 0 }
            : i === 7
              ? { p: self.parity }
              : { [`s${i}`]: self.n };
      last = f.step(`s${i}`, { after: last }, body as never) as never;
    }
    return f.end(last);
  };
  await run(engine, ten(2));
  const same = await run(engine, ten(2), { edited: { s5: 'formatted' } });
  expect(executed(same)).toEqual(['s5']);
  // s7 sees the parity, which is the same; s8 and s6 the number.
  const other = await run(engine, ten(4), { edited: { s5: 'another number' } });
  expect(executed(other)).toEqual(['s5', 's6', 's8']);
  expect(await engine.after(other, 'end')).toMatchObject({ n: 4, parity: true, p: true, s8: 4, s4: 1 });
  // What was before comes back.
  const back = await run(engine, ten(2));
  expect(executed(back)).toEqual([]);
  expect(await engine.after(back, 'end')).toMatchObject({ n: 2, s8: 2 });
});

test('a failure is executed again, caught ones too, and so is what read `current` in whichever way', async () => {
  const f = flow('never');
  const start = f.start(() => ({ n: 1 }));
  const caught = f.step('caught', { after: start, catch: 'error' }, () => {
    throw new Error('as always');
  });
  const asks = f.step('asks', { after: caught }, (context) => {
    const name = ['cur', 'rent'].join('') as 'current';
    return { who: context[name].user };
  });
  const flowOf = f.end(asks);
  await run(engine, flowOf);
  const ran = await run(engine, flowOf);
  expect(executed(ran)).toEqual(['asks', 'caught']);
  expect(await engine.after(ran, 'end')).toMatchObject({
    n: 1,
    who: 'tester',
    error: { message: 'as always' },
  });
});

test('equal items stand for each other, each once; a split that reads its index needs the same one', async () => {
  const f = flow('indexed');
  const start = f.start(() => ({ ns: [7, 8] }));
  const each = f.foreach('each', { after: start, over: 'ns' }, ({ input, index }) => ({
    at: `${input} at ${index}`,
  }));
  await run(
    engine,
    squares(() => [3, 3]),
    { plain: true },
  );
  const ran = await run(
    engine,
    squares(() => [3, 3, 3]),
    { edited: { start: 'three' } },
  );
  expect(executed(ran)).toEqual(['all', 'each', 'start']);
  const join = f.join('all', { after: each }, ({ inputs }) => ({ all: inputs.map(({ at }) => at) }));
  const indexed = f.end(join);
  await run(engine, indexed);
  expect(executed(await run(engine, indexed))).toEqual([]);
  const swapped = flow('indexed');
  const other = swapped.start(() => ({ ns: [8, 7] }));
  const split = swapped.foreach('each', { after: other, over: 'ns' }, ({ input, index }) => ({
    at: `${input} at ${index}`,
  }));
  const end = swapped.end(
    swapped.join('all', { after: split }, ({ inputs }) => ({ all: inputs.map(({ at }) => at) })),
  );
  const again = await run(engine, end);
  expect(executed(again)).toEqual(['all', 'each', 'each', 'start']);
  expect((await engine.after(again, 'all')).all).toEqual(['8 at 0', '7 at 1']);
});

test('an iteration that goes on stands for none at which the loop has reached its `max`', async () => {
  const loop = (n: number) => {
    const f = flow('rounds');
    const start = f.start(() => ({ n }));
    const round = f.loop('round', { after: start, while: 'more', max: 3 }, ({ self }) => ({
      n: (self.n as number) + 1,
      more: (self.n as number) < 12,
    }));
    return f.end(round);
  };
  await run(engine, loop(10), { edited: { start: '10' } });
  const ran = await run(engine, loop(9), { edited: { start: '9' } });
  expect(ran.row).toMatchObject({ status: 'failed', tasks: { reused: 1 } });
  expect(rowsOf(ran, 'round').at(-1)).toMatchObject({ status: 'failed', error: { code: 'FLOW_LOOP_MAX' } });
});

test('what ended after its code was seen unchanged does not count, nor another namespace, nor a run that goes on', async () => {
  const defined = squares(() => [1, 2]);
  await run(engine, defined, { steadyUntil: 0 });
  await run(engine, defined, { namespace: 'other' });
  const ran = await run(engine, defined);
  expect(ran.row.tasks).toMatchObject({ done: 5, reused: 0 });
  const { store } = engine;
  const key = keys.run('squares', ran.run);
  const before = (await store.kv.get(key)) as Uint8Array;
  jest.spyOn(store.holds, 'states').mockImplementation(async (asked) => asked.map(() => 'held' as never));
  await store.kv.batch([{ key, value: JSON.stringify({ ...ran.row, status: 'running' }) }]);
  expect((await run(engine, defined)).row.tasks).toMatchObject({ reused: 0 });
  await store.kv.batch([{ key, value: before }]);
});

test('what the store has lost is executed again', async () => {
  const defined = squares(() => [1, 2]);
  const first = await run(engine, defined);
  const [each] = rowsOf(first, 'each');
  await engine.store.kv.batch([
    { key: keys.artifact('squares', 1, 'each', each?.task as number, 'square'), value: undefined },
  ]);
  const ran = await run(engine, defined);
  expect(executed(ran)).toEqual(['each']);
  expect((await engine.after(ran, 'all')).squares).toEqual([1, 4]);
});

test('a run that is removed while another takes over of it counts as not there', async () => {
  const defined = squares(() => [1, 2]);
  await run(engine, defined);
  const row = await engine.store.unpinnedRun('squares', 1);
  const { store } = engine;
  const tasks = store.tasks.bind(store);
  jest.spyOn(store, 'tasks').mockImplementationOnce(async function* (...at) {
    await removeRuns(store, row ? [row] : [], { by: 'mia', at: Date.now() });
    yield* tasks(...at);
  });
  const ran = await run(engine, defined);
  expect(ran.row).toMatchObject({ status: 'done', tasks: { done: 5, reused: 0 } });
});

test('a removed run keeps what was reused of it and leaves no index; a run that reused is exported whole', async () => {
  const defined = squares(() => [1, 2]);
  await run(engine, defined, { plain: true });
  const second = await run(engine, defined, { edited: { all: 'edited' } });
  const row = await engine.store.unpinnedRun('squares', 1);
  const { kv, cas } = engine.store;
  // Another client, which has read nothing.
  const fresh = new MemoryEngine(new Store(kv, cas));
  const removed = await removeRuns(fresh.store, row ? [row] : [], { by: 'mia', at: Date.now() });
  expect(removed.needed).toMatchObject([{ run: 'squares/1', by: ['squares/2'] }]);
  const rows: string[] = [];
  for await (const [key] of scan(kv, prefixRange(keys.reusable('squares')))) rows.push(key);
  expect(rows.map((key) => Number(key.split('/').at(-1)))).toEqual([2, 2, 2, 2]);
  const problems: string[] = [];
  await verifyStore(fresh.store, {
    readData: true,
    report: ({ where, message }) => problems.push(`${where} ${message}`),
  });
  expect(problems).toEqual([]);
  const third = await run(fresh, defined, { edited: { all: 'edited' } });
  expect(executed(third)).toEqual([]);
  expect(rowOf(third, 'start').origin).toBe('1/start/1');
  const other = memoryStore();
  const { run: there } = await imported(other, await exported(fresh.store, 'squares', second.run));
  const view = await new MemoryEngine(other).visible(
    'squares',
    there.run,
    `end/${rowOf(second, 'end').task}`,
  );
  expect(view).toEqual({ squares: [1, 4] });
});

test('keys differ by code, declared files, variables, computed options; some steps are never reused', () => {
  const f = flow('keys');
  const start = f.start({ env: { LEVEL: 'a' } }, () => ({}));
  const kept = f.step('kept', { after: start, cache: false }, () => ({}));
  const loose = f.step('loose', { after: kept, packages: { lodash: '^4.0.0' } }, () => ({}));
  const graph = requireGraph(f.end(loose));
  const own = (more: Partial<StepFingerprint> = {}): StepFingerprint => ({
    digest: 'd',
    parts: [],
    open: [],
    reads: {},
    ...more,
  });
  const code = (steps: Fingerprints['steps']): Fingerprints => ({
    format: 1,
    flow: 'keys',
    files: {},
    other: own(),
    steps,
  });
  const never = (more: Partial<StepFingerprint>) =>
    stepKeys(graph, code({ start: own(more) }), { files: '' }).get('start')?.never;
  expect(never({})).toBeUndefined();
  expect(never({ reads: { user: true } })).toBe('its code mentions `current`');
  expect(never({ reads: { runs: true } })).toBe('its code mentions `client`');
  expect(never({ open: ['a.ts:3'] })).toBe('it loads code by a computed name (a.ts:3)');
  const found = stepKeys(graph, code({}), { files: '' });
  expect(found.get('kept')?.never).toBe('its option `cache` is false');
  expect(found.get('loose')?.never).toBe('its package lodash@^4.0.0 is no exact version');
  const node = graph.steps.get('start') as StepNode;
  const with_ = (options: object) => ({ ...node, options: { ...node.options, ...options } });
  const digests = [
    stepKey(graph, node, 'c', { files: '' }),
    stepKey(graph, node, 'd', { files: '' }),
    stepKey(graph, node, 'c', { files: 'f' }),
    stepKey(graph, node, 'c', { files: '', environment: 'e' }),
    stepKey(graph, with_({ env: { LEVEL: 'b' } }), 'c', { files: '' }),
    stepKey(graph, with_({ catch: 'error' }), 'c', { files: '' }),
  ].map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(digests.length);
  expect(stepKey(graph, with_({ retry: 3, timeout: '5m' }), 'c', { files: '' }).digest).toBe(digests[0]);
});
