/** What goes wrong elsewhere when a single step is executed again, and must not here: a test for each. */

import { z } from 'zod';
import { flow, merge, oneOf } from '../../src';
import { renderThrown } from '../../src/cli/render/error';
import { client } from '../../src/client/client';
import { graphOf } from '../../src/definition/flow';
import type { Overrides } from '../../src/engine/inputs/override';
import { prepareResume } from '../../src/engine/resume/resume';
import { runFlow } from '../../src/engine/run/run';
import type { SpinOutcome } from '../../src/engine/spin/outcome';
import { spin } from '../../src/engine/spin/spin';
import { pathspecText } from '../../src/engine/task/flow-event';
import { scan } from '../../src/store/kv/kv';
import { prefixRange } from '../../src/store/kv/row-keys';
import { Runner } from '../../src/testing';
import { labelOf, MemoryEngine, rowsOf } from '../kit/memory';
import { ShuffledPool } from './shuffled-pool';

/** Two steps behind `start`; `last` fails on demand. */
function chain({ fail = false, added = false } = {}) {
  const f = flow('chain');
  const start = f.start(() => ({ a: 1 }));
  const middle = f.step('middle', { after: start }, ({ self }) => ({ b: self.a + 1 }));
  const last = f.step('last', { after: middle }, ({ self }) => {
    if (fail) throw new Error('no');
    return { c: self.a + self.b };
  });
  return f.end(added ? f.step('added', { after: last }, ({ self }) => ({ d: self.c * 2 })) : last);
}

/** A foreach of `count` items and its join, which merges what is the same in all and reads the rest. */
function wide(count: number) {
  const f = flow('wide');
  const start = f.start(() => ({
    items: Array.from({ length: count }, (_, i) => `item ${i}`),
    same: ['for', 'all'],
  }));
  const each = f.foreach('each', { after: start, over: 'items' }, ({ input, index }) => ({
    got: `${input} at ${index}`,
  }));
  const all = f.join('all', { after: each }, ({ inputs }) => {
    const merged = merge(inputs, { exclude: ['got'] });
    return { ...merged, all: inputs.map(({ got }) => got), read: merged.same.length };
  });
  return f.end(all);
}

/** Doubles its value five times. */
function recursion() {
  const f = flow('recursion');
  const start = f.start(() => ({ value: 1 }));
  const grow = f.loop('grow', { after: start, while: 'more' }, ({ self, iteration }) => ({
    value: self.value * 2,
    more: iteration < 4,
  }));
  return f.end(f.step('after', { after: grow }, ({ self }) => ({ left: `${self.value} ${self.more}` })));
}

/** A switch whose arms are steps. */
function arms(kind: 'small' | 'big', behind = false) {
  const f = flow('arms');
  const start = f.start(() => ({ n: 1 }));
  const pick = f.switch('pick', { after: start, on: 'kind', cases: ['small', 'big'] }, () => ({ kind }));
  const small = f.step('small', { after: pick.when('small') }, ({ self }) => ({ x: `small ${self.n}` }));
  const big = f.step('big', { after: pick.when('big') }, ({ self }) => ({ x: `big ${self.n}` }));
  if (!behind) return f.end(oneOf(small, big));
  return f.end(f.step('behind', { after: oneOf(small, big) }, ({ self }) => ({ y: `behind ${self.x}` })));
}

function nested() {
  const f = flow('nested');
  const start = f.start(() => ({ as: Array.from({ length: 12 }, (_, i) => i) }));
  const a = f.foreach('a', { after: start, over: 'as' }, ({ input }) => ({ bs: [`${input}x`, `${input}y`] }));
  const b = f.foreach('b', { after: a, over: 'bs' }, ({ input, stack }) => ({
    b: `${input} of ${stack[1]}`,
  }));
  const jb = f.join('jb', { after: b }, ({ inputs }) => ({ bs: inputs.map((i) => i.b).join() }));
  return f.end(f.join('ja', { after: jb }, ({ inputs }) => ({ all: inputs.map((i) => i.bs) })));
}

async function resume(e: MemoryEngine, defined: unknown, step?: string) {
  const graph = graphOf(defined) as NonNullable<ReturnType<typeof graphOf>>;
  const common = { graph, store: e.store, namespace: 'user:tester' };
  const executed: string[] = [];
  const prepared = await prepareResume({ ...common, params: {}, ...(step === undefined ? {} : { step }) });
  const outcome = await runFlow({
    ...common,
    ...prepared,
    user: 'tester',
    tags: [],
    cwd: process.cwd(),
    workers: 1,
    emit: (event) => {
      if (event.type === 'task-started') executed.push(event.task.step);
    },
    pool: (host) => new ShuffledPool(graph, e.store.cas, host, 1),
  });
  return { ...outcome, executed, origin: (await e.store.run(graph.flow, outcome.run))?.origin };
}

function spinGiven(e: MemoryEngine, defined: unknown, step: string, given: Overrides): Promise<SpinOutcome> {
  return spin({
    graph: graphOf(defined) as never,
    store: e.store,
    selection: { step, namespace: 'user:tester' },
    params: {},
    set: {},
    overrides: given,
    user: 'tester',
    cwd: process.cwd(),
    log: () => {},
  });
}

function changesOf({ artifacts }: SpinOutcome) {
  return Object.fromEntries(artifacts.map(({ name, change }) => [name, change]));
}
function valuesOf({ artifacts }: SpinOutcome) {
  return Object.fromEntries(artifacts.map(({ name, value }) => [name, value]));
}

describe('spin, then resume', () => {
  test('a spin does not become the latest run: resume takes over from the run that failed', async () => {
    const e = new MemoryEngine();
    await e.run(chain({ fail: true }));
    expect((await e.spin(chain(), 'last')).status).toBe('done');
    expect((await e.spin(chain({ fail: true }), 'last')).status).toBe('failed');
    const resumed = await resume(e, chain());
    expect(resumed).toMatchObject({ status: 'done', origin: 1, run: 2, executed: ['last', 'end'] });
  });

  test('run, spin, resume, spin, run: each finds the right origin', async () => {
    const e = new MemoryEngine();
    const latest = async () =>
      (await client('chain', { store: e.store, namespace: 'user:tester' }).latest()).number;
    await e.run(chain({ fail: true }));
    expect((await e.spin(chain(), 'last')).origin).toBe('chain/1/last/3');
    expect(await latest()).toBe(1);
    expect((await resume(e, chain())).origin).toBe(1);
    expect(await latest()).toBe(2);
    expect(await e.spin(chain(), 'last')).toMatchObject({
      origin: 'chain/2/last/3',
      artifacts: [{ change: 'same' }],
    });
    expect(await e.spin(chain(), 'middle')).toMatchObject({
      origin: 'chain/2/middle/2',
      artifacts: [{ change: 'same' }],
    });
    await e.run(chain());
    expect((await e.spin(chain(), 'last')).origin).toBe('chain/3/last/3');
    expect(await resume(e, chain(), 'last')).toMatchObject({ origin: 3, run: 4, executed: ['last', 'end'] });
    expect((await e.spin(chain(), 'end')).origin).toBe('chain/4/end/4');
    expect(await latest()).toBe(4);
  });

  test('a replay leaves every key and value of the store as it was', async () => {
    const e = new MemoryEngine();
    await e.run(nested());
    const contents = async () => {
      const found: string[] = [];
      for await (const [key, value] of scan(e.store.kv, prefixRange('')))
        found.push(`${key} ${Buffer.from(value)}`);
      return found;
    };
    const before = await contents();
    for (const step of ['start', 'a', 'b', 'jb', 'ja', 'end']) await e.spin(nested(), step);
    expect(before.length).toBeGreaterThan(50);
    expect(await contents()).toEqual(before);
  });
});

describe('joins', () => {
  test.each([5, 12, 200])('a join of %i inputs is spun, in split order', async (count) => {
    const e = new MemoryEngine();
    await e.run(wide(count));
    const spun = await e.spin(wide(count), 'all');
    expect(changesOf(spun)).toEqual({ all: 'same', read: 'same', items: 'same', same: 'same' });
    const all = Array.from({ length: count }, (_, i) => `item ${i} at ${i}`);
    expect(valuesOf(spun)).toMatchObject({ all, read: 2 });
  });

  test('the inputs of a join come in the same order in a spin as in the run, whatever finished first', async () => {
    for (const seed of [1, 2, 3]) {
      const e = new MemoryEngine();
      const defined = wide(20);
      const graph = graphOf(defined) as NonNullable<ReturnType<typeof graphOf>>;
      const done: string[] = [];
      const { run } = await runFlow({
        graph,
        store: e.store,
        params: { paramInputs: {}, parsed: {} },
        user: 'tester',
        namespace: 'user:tester',
        tags: [],
        cwd: process.cwd(),
        workers: 8,
        emit: (event) => {
          if (event.type === 'task-done') done.push(pathspecText(event.task));
        },
        pool: (host) => new ShuffledPool(graph, e.store.cas, host, seed),
      });
      const rows = [];
      for await (const row of e.store.tasks('wide', run, 'each')) rows.push(row);
      const inSplitOrder = rows
        .sort((a, b) => (a.stack[0]?.index ?? 0) - (b.stack[0]?.index ?? 0))
        .map(labelOf);
      expect(done.filter((pathspec) => pathspec.includes('/each/'))).not.toEqual(
        inSplitOrder.map((label) => `wide/${run}/${label}`),
      );
      const [join] = await e.store.taskRows('wide', run, [{ step: 'all', task: 22 }]);
      expect(join?.parents).toEqual(inSplitOrder);
      expect((await e.resolve(defined, 'all')).parents).toEqual(inSplitOrder);
      expect(changesOf(await e.spin(defined, 'all'))).toMatchObject({ all: 'same' });
    }
  });

  test('a join that merges and then reads what it merged is spun on a store that has seen nothing else', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ ns: [1, 2, 3], large: 'x'.repeat(100_000) }));
    const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
    const all = f.join('all', { after: each }, ({ inputs }) => {
      const merged = merge(inputs, { exclude: ['n'] });
      return { ...merged, length: merged.large.length, sum: merged.ns.length };
    });
    const defined = f.end(all);
    const e = new MemoryEngine();
    await e.run(defined);
    const spun = await e.spin(defined, 'all');
    expect(changesOf(spun)).toEqual({ length: 'same', sum: 'same', large: 'same', ns: 'same' });
    expect(valuesOf(spun)).toMatchObject({ length: 100_000, sum: 3 });
  });
});

describe('splits', () => {
  test('with 11 or more splits, index 1 is split 1 alone, at every level', async () => {
    const e = new MemoryEngine();
    const ran = await e.run(nested());
    expect(valuesOf(await e.spin(nested(), 'a', { index: [1] }))).toEqual({ bs: ['1x', '1y'] });
    expect(valuesOf(await e.spin(nested(), 'b', { index: [1, 1] }))).toEqual({ b: '1y of 1' });
    expect(valuesOf(await e.spin(nested(), 'b', { index: [11, 1] }))).toEqual({ b: '11y of 11' });
    expect(valuesOf(await e.spin(nested(), 'jb', { index: [1] }))).toEqual({ bs: '1x of 1,1y of 1' });
    expect((await e.resolve(nested(), 'jb', { index: [1] })).parents).toHaveLength(2);
    expect((await e.resolve(nested(), 'ja')).parents).toEqual(rowsOf(ran, 'jb').map(labelOf));
  });

  test('a foreach picks index 0, whatever task is the newest, and any other on demand', async () => {
    const e = new MemoryEngine();
    const ran = await e.run(nested());
    expect(await e.spin(nested(), 'a')).toMatchObject({ index: [0], origin: 'nested/1/a/2' });
    expect(valuesOf(await e.spin(nested(), 'b'))).toEqual({ b: '0x of 0' });
    expect(valuesOf(await e.spin(nested(), 'b', { index: [7] }))).toEqual({ b: '7x of 7' });
    for (const row of rowsOf(ran, 'b')) {
      const index = row.stack.map((frame) => frame.index);
      const spun = await e.spin(nested(), 'b', { index });
      expect(spun).toMatchObject({
        index,
        origin: `nested/1/${labelOf(row)}`,
        artifacts: [{ change: 'same' }],
      });
    }
  });
});

describe('recursion', () => {
  test('a loop is spun on its first iteration, its third and its last, and the step behind it too', async () => {
    const e = new MemoryEngine();
    await e.run(recursion());
    for (const iteration of [undefined, 0, 1, 2, 3, 4]) {
      const spun = await e.spin(recursion(), 'grow', iteration === undefined ? {} : { iteration });
      expect(changesOf(spun)).toEqual({ value: 'same', more: 'same' });
      expect(valuesOf(spun)).toEqual({ value: 2 ** ((iteration ?? 0) + 1), more: iteration !== 4 });
    }
    expect(valuesOf(await e.spin(recursion(), 'after'))).toEqual({ left: '32 false' });
    await expect(e.spin(recursion(), 'grow', { iteration: 7 })).rejects.toMatchObject({
      code: 'FLOW_NO_INPUTS',
    });
  });

  test('an iteration of a resumed run is spun on what the origin left', async () => {
    const e = new MemoryEngine();
    await e.run(recursion());
    await resume(e, recursion(), 'after');
    const spun = await e.spin(recursion(), 'grow', { iteration: 2 });
    expect(spun).toMatchObject({ origin: 'recursion/2/grow/4', status: 'done' });
    expect(changesOf(spun)).toEqual({ value: 'same', more: 'same' });
  });
});

describe('steps without a task', () => {
  test('a step added since the last run is spun on what its parents left', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    const spun = await e.spin(chain({ added: true }), 'added');
    expect(spun).toMatchObject({ origin: 'chain/1', artifacts: [{ name: 'd', value: 6, change: 'new' }] });
  });

  test('a step that was added is resumed with what the run before left', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    const resumed = await resume(e, chain({ added: true }), 'added');
    expect(resumed).toMatchObject({ status: 'done', executed: ['added', 'end'] });
    expect(await e.visible('chain', 2, 'end/5')).toEqual({ a: 1, b: 2, c: 3, d: 6 });
  });

  test('a step that the latest run never reached is spun on the newest run that did', async () => {
    const e = new MemoryEngine();
    await e.run(arms('big', true));
    await e.run(arms('small', true));
    expect(await e.spin(arms('small', true), 'big')).toMatchObject({
      origin: 'arms/1/big/3',
      artifacts: [{ value: 'big 1', change: 'same' }],
    });
    expect(await e.spin(arms('small', true), 'behind')).toMatchObject({
      origin: 'arms/2/behind/4',
      artifacts: [{ value: 'behind small 1', change: 'same' }],
    });
  });

  test('a step that failed in the latest run is spun there', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain({ fail: true }));
    expect(await e.spin(chain(), 'last')).toMatchObject({
      origin: 'chain/2/last/3',
      artifacts: [{ value: 3 }],
    });
  });

  test('an arm that no run ever took is refused, with what each run chose and what to do', async () => {
    const e = new MemoryEngine();
    await e.run(arms('small'));
    await e.run(arms('small'));
    const refused = e.spin(arms('small'), 'big');
    await expect(refused).rejects.toMatchObject({ code: 'FLOW_NO_INPUTS' });
    await expect(refused).rejects.toThrow(
      /^No run took the case "big" of the switch "pick": runs 2 and 1 took "small"\. .*--set\.kind=big/,
    );
  });
});

describe('what a spin tells', () => {
  test('a spin that is done says so', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    const spun = await e.spin(chain(), 'last');
    expect(spun).toMatchObject({ status: 'done', origin: 'chain/1/last/3' });
    expect(spun.error).toBeUndefined();
    expect(spun.durationMs).toBeGreaterThanOrEqual(0);
  });

  test('a spin that fails is an object to assert on', async () => {
    const runner = new Runner(chain({ fail: true }));
    await runner.run();
    const spun = await runner.spin('last');
    expect(spun.status).toBe('failed');
    expect(spun.error).toMatchObject({ name: 'Error', message: 'no' });
    await runner.dispose();
  });

  test('artifacts that are given and are none are refused by name', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    for (const given of [() => undefined, () => [1], () => null]) {
      await expect(spinGiven(e, chain(), 'last', given as never)).rejects.toMatchObject({
        code: 'FLOW_OVERRIDE',
      });
    }
    const spun = await spinGiven(e, chain(), 'last', (self) => ({ b: (self as { b: number }).b * 10 }));
    expect(valuesOf(spun)).toEqual({ c: 21 });
  });

  test('a parameter called `name` is heard, in a run as in a spin; so are others that mean something to the engine', async () => {
    const names = ['name', 'run', 'step', 'tags', 'index', 'params', 'constructor'];
    const f = flow('names', {
      params: Object.fromEntries(names.map((name) => [name, z.string().default('none')])),
    });
    const start = f.start(({ params }) => ({ heard: { ...params } }));
    const defined = f.end(start);
    const e = new MemoryEngine();
    const given = Object.fromEntries(names.map((name) => [name, `my ${name}`]));
    const ran = await e.run(defined, { params: given });
    expect(await e.after(ran, 'start')).toEqual({ heard: given });
    expect(changesOf(await e.spin(defined, 'start'))).toEqual({ heard: 'same' });
    const spun = await e.spin(defined, 'start', { params: { name: 'another' } });
    expect(valuesOf(spun)).toEqual({ heard: { ...given, name: 'another' } });
  });

  test("a user's exception is told with their own frames first, and none of the engine's", async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    const { error } = await e.spin(chain({ fail: true }), 'last');
    const plain = (text: string) => text;
    const colors = { red: plain, bold: plain, dim: plain };
    const output = { colors, columns: 100, verbose: false } as unknown as Parameters<typeof renderThrown>[1];
    const lines = renderThrown(error as NonNullable<typeof error>, output, process.cwd()).split('\n');
    expect(lines[0]).toBe('Error: no');
    expect(lines.find((line) => line.startsWith('  > '))).toContain("throw new Error('no')");
    const frames = lines.filter((line) => line.startsWith('    at '));
    expect(frames[0]).toContain('defects.test.ts');
    expect(frames.filter((line) => line.includes('/src/engine/'))).toEqual([]);
  });
});
