/** A step and those after it, on what was just made: which tasks that are, and what they see. */
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { flow, merge, oneOf } from '../../src';
import type { Selection } from '../../src/engine/inputs/selection';
import { spinThrough } from '../../src/session/spin-through';
import { MemoryEngine } from '../kit/memory';
import { sessionHere } from '../kit/session';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'through-')));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** What its code does otherwise, after the run. */
interface Made {
  rows?: number[];
  factor?: number;
  fails?: number;
  mode?: 'short' | 'long';
  goesOn?: number;
}

/** Every construct: a foreach with two steps and its join, a gather, a loop, a switch with two cases. */
function declare({ rows = [1, 2, 3], factor = 2, fails = -1, mode = 'short', goesOn = 1 }: Made = {}) {
  const f = flow('towns');
  const start = f.start(() => ({ rows, table: Buffer.alloc(100_000, 1), unused: 0 }));
  const each = f.foreach('each', { after: start, over: 'rows' }, ({ input, index }) => {
    if (index === fails) throw new RangeError(`no ${input}`);
    return { twice: input * factor, own: input };
  });
  const plus = f.step('plus', { after: each, drop: ['unused'] }, ({ self }) => ({
    plus: self.twice + self.own,
    left: Object.keys(self).includes('unused'),
  }));
  const sum = f.join('sum', { after: plus }, ({ inputs }) => ({
    ...merge(inputs, { include: ['table'] }),
    sum: inputs.reduce((total, one) => total + one.plus, 0),
    large: Buffer.alloc(100_000, inputs.length),
  }));
  const other = f.step('other', { after: start }, ({ self }) => ({ first: self.rows[0] ?? 0 }));
  const both = f.gather('both', { after: { sum, other } }, ({ inputs }) => ({
    ...merge(inputs),
    again: true,
    tries: 0,
    mode: 'short' as 'short' | 'long',
  }));
  const tune = f.loop('tune', { after: both, while: 'again', max: 9 }, ({ self, iteration }) => ({
    tries: self.tries + 1,
    again: iteration < goesOn,
    bytes: self.large.length + self.table.length,
  }));
  const verdict = f.switch('verdict', { after: tune, on: 'mode', cases: ['short', 'long'] }, () => ({
    mode,
  }));
  const brief = f.step('brief', { after: verdict.when('short') }, ({ self }) => ({
    text: `sum ${self.sum}`,
  }));
  const full = f.step('full', { after: verdict.when('long') }, ({ self }) => ({
    text: `the sum is ${self.sum}, of ${self.bytes} bytes`,
  }));
  const told = f.step('told', { after: oneOf(brief, full) }, ({ self }) => ({
    told: [self.text, self.first],
  }));
  return f.end(told);
}

async function through(
  engine: MemoryEngine,
  made: Made,
  step: string,
  to: string,
  {
    set = {},
    all = false,
    ...selection
  }: Partial<Selection> & { set?: Record<string, unknown>; all?: boolean } = {},
) {
  const { session, events } = sessionHere(engine, declare(made), workspace);
  const done = await spinThrough(session, {
    selection: { step, namespace: 'user:tester', ...selection },
    ...{ through: to, params: {}, set, all, workers: 1, result: () => ({}) },
  });
  const spins = done.steps.flatMap((one) => one.spins);
  const value = (name: string) =>
    spins
      .flatMap(({ artifacts }) => artifacts.filter((one) => one.name === name))
      .map(({ preview }) => preview);
  const tasks = spins.map(({ step, index, iteration }) =>
    [step, ...index, ...(iteration === undefined ? [] : [`i${iteration}`])].join(' '),
  );
  return { done, spins, value, tasks, events };
}

let engine: MemoryEngine;
beforeEach(async () => {
  engine = new MemoryEngine();
  await engine.run(declare());
});

test('one split: the other splits, and the other branch of the gather, are as they were recorded', async () => {
  const { done, tasks, value, spins } = await through(engine, { factor: 10 }, 'each', 'told', { index: [1] });
  expect(tasks).toEqual([
    ...['each 1', 'plus 1', 'sum', 'both', 'tune i0', 'tune i1', 'verdict', 'brief', 'told'],
  ]);
  // 3 and 9 as they were, 20 + 2 anew.
  expect(value('sum')).toEqual(['34', 'from spin/sum/1']);
  expect(value('told')).toEqual([`[ 'sum 34', 1 ]`]);
  expect(value('bytes')).toEqual(['200000', '200000']);
  expect(done).toMatchObject({ status: 'done', run: 1, cases: [] });
  expect(done).not.toHaveProperty('ended');
  const changes = spins.map(({ step, artifacts, origin }) => [
    step,
    origin?.split('/')[2],
    artifacts
      .filter(({ change }) => change !== 'same')
      .map(({ name, change }) => `${name} ${change}`)
      .join(),
  ]);
  expect(changes).toEqual([
    ['each', 'each', 'twice changed'],
    ['plus', 'plus', 'plus changed'],
    ['sum', 'sum', 'sum changed'],
    ['both', 'both', 'sum changed'],
    ['tune', 'tune', ''],
    ['tune', 'tune', ''],
    ['verdict', 'verdict', ''],
    ['brief', 'brief', 'text changed'],
    ['told', 'told', 'told changed'],
  ]);
});

test('what the whole run would make, from its start', async () => {
  const made: Made = { rows: [4, 5], factor: 3, mode: 'long', goesOn: 2 };
  const { value, tasks } = await through(engine, made, 'start', 'told');
  const ran = await engine.run(declare(made));
  const { told, text } = await engine.visible('towns', ran.run, 'told/14');
  expect(value('told')).toEqual([`[ '${text}', 4 ]`]);
  expect(told).toEqual([text, 4]);
  expect(tasks).toHaveLength(ran.tasks.length - 1);
});

test('foreaches, switches and loops within each other come to what a run does', async () => {
  const nested = (more: number) => {
    const f = flow('nested');
    const start = f.start(() => ({ rows: [[1, 2], [], [3 + more]] }));
    const row = f.foreach('row', { after: start, over: 'rows' }, ({ input, index }) => ({
      ...{ cells: input, at: index, kind: (index === more ? 'odd' : 'even') as 'odd' | 'even' },
    }));
    const cell = f.foreach('cell', { after: row, over: 'cells' }, ({ input }) => ({ n: input, goes: true }));
    const grow = f.loop('grow', { after: cell, while: 'goes', max: 9 }, ({ self, iteration }) => ({
      ...{ n: self.n * 2, goes: iteration < self.at },
    }));
    const cells = f.join('cells', { after: grow }, ({ inputs }) => ({
      ...merge(inputs, { include: ['kind', 'at'] }),
      sum: inputs.reduce((total, { n }) => total + (n ?? 0), 0),
    }));
    const which = f.switch('which', { after: cells, on: 'kind', cases: ['odd', 'even'] }, () => ({}));
    const odd = f.step('odd', { after: which.when('odd') }, ({ self }) => ({ out: -self.sum }));
    const even = f.step('even', { after: which.when('even') }, ({ self }) => ({ out: self.sum }));
    const last = f.join('last', { after: oneOf(odd, even) }, ({ inputs }) => ({
      all: inputs.map(({ out }) => out),
    }));
    return f.end(last);
  };
  const before = await engine.run(nested(0));
  const after = await engine.run(nested(1));
  const spin = async (step: string, more: number, selection: Partial<Selection>) => {
    const { session } = sessionHere(engine, nested(more), workspace);
    const { steps, ended } = await spinThrough(session, {
      selection: { step, namespace: 'user:tester', ...selection },
      ...{ through: 'last', params: {}, set: {}, all: false, workers: 1, result: () => ({}) },
    });
    expect(ended).toBeUndefined();
    return steps.at(-1)?.spins[0]?.artifacts.find(({ name }) => name === 'all')?.preview;
  };
  const recorded = async (ran: typeof before) => inspect((await engine.after(ran, 'last')).all);
  expect(await spin('start', 1, { run: before.run })).toBe(await recorded(after));
  expect(await spin('start', 0, { run: after.run })).toBe(await recorded(before));
  for (const [step, index] of [
    ['row', [1]],
    ['row', [2]],
    ['cell', [0, 1]],
    ['grow', [2, 0]],
    ['which', [0]],
  ] as const)
    expect(await spin(step, 1, { run: after.run, index: [...index] })).toBe(await recorded(after));
});

test('a foreach in between has the splits of the list that was made', async () => {
  const { tasks, value } = await through(engine, { rows: [7] }, 'start', 'sum');
  expect(tasks).toEqual(['start', 'each 0', 'plus 0', 'sum']);
  expect(value('sum')).toEqual(['21']);
});

test('a foreach that has nothing to split: its join has no inputs; what is inside of it is not reached', async () => {
  const { tasks, done } = await through(engine, { rows: [] }, 'start', 'sum');
  expect([tasks, done.status]).toEqual([['start', 'sum'], 'done']);
  const inside = await through(engine, { rows: [] }, 'start', 'plus');
  expect(inside.tasks).toEqual(['start']);
  expect(inside.done).toMatchObject({
    status: 'done',
    ended: '"plus" was not reached: "each" had nothing to split.',
  });
});

test('all splits, and values given by hand for the first step', async () => {
  const { tasks, value } = await through(engine, {}, 'each', 'sum', { all: true, set: { rows: [10, 20] } });
  expect(tasks).toEqual(['each 0', 'each 1', 'plus 0', 'plus 1', 'sum']);
  expect(value('sum')).toEqual(['90']);
});

test('an option `drop` hides what stood behind the step', async () => {
  const { value } = await through(engine, {}, 'plus', 'sum');
  expect(value('left')).toEqual(['true']);
  expect(value('sum')).toEqual(['18']);
});

test('a switch that takes another case is told, and the chain ends there if its last step is not reached', async () => {
  const other = await through(engine, { mode: 'long' }, 'verdict', 'told');
  expect(other.tasks).toEqual(['verdict', 'full', 'told']);
  expect(other.done.cases).toEqual([{ step: 'verdict', index: [], took: 'long', before: 'short' }]);
  expect(other.events).toContainEqual({
    ...{ type: 'other-case', step: 'verdict', index: [], took: 'long', before: 'short' },
  });
  const ended = await through(engine, { mode: 'long' }, 'tune', 'brief');
  expect(ended.tasks).toEqual(['tune i0', 'tune i1', 'verdict']);
  expect(ended.done).toMatchObject({
    status: 'done',
    ended: '"brief" was not reached: "verdict" took "long".',
  });
});

test('a task that fails ends the chain; what was made until then is shown', async () => {
  const { done, tasks, spins } = await through(engine, { fails: 2 }, 'start', 'told');
  expect(tasks).toEqual(['start', 'each 0', 'each 1', 'each 2']);
  expect(spins.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'failed']);
  expect(done.status).toBe('failed');
  expect(done).not.toHaveProperty('ended');
});

test('a join that needs a split which the origin run lacks says so', async () => {
  await engine.run(declare({ fails: 2 }));
  const { done, tasks } = await through(engine, {}, 'each', 'told');
  expect(tasks).toEqual(['each 0', 'plus 0']);
  expect(done).toMatchObject({
    ...{ run: 2, status: 'failed' },
    ended:
      '"sum" cannot be executed: split 2 of "plus" did not run in run 2. Take a run that has it, by --origin.',
  });
  expect((await through(engine, {}, 'each', 'told', { run: 1 })).done.status).toBe('done');
});

test.each([
  ['sum', 'each', 'FLOW_THROUGH', '"each" does not follow "sum": those that do are both, tune, verdict,'],
  ['sum', 'sum', 'FLOW_THROUGH', '"sum" does not follow "sum"'],
  ['other', 'plus', 'FLOW_THROUGH', '"plus" does not follow "other"'],
  ['end', 'start', 'FLOW_THROUGH', '"start" does not follow "end": no step does.'],
  ['sum', 'tuna', 'FLOW_STEP_NOT_FOUND', 'tune'],
])('from %s through %s is refused', async (step, to, code, said) => {
  await expect(through(engine, {}, step, to)).rejects.toMatchObject({
    ...{ code, exit: 2, message: expect.stringContaining(said) },
  });
});

test('nothing is recorded, outputs lie apart, and nothing else is left', async () => {
  const before = await rowsOf(engine);
  const { done } = await through(engine, {}, 'each', 'tune', { index: [2] });
  expect(await rowsOf(engine)).toEqual(before);
  const outputs = done.steps.flatMap(({ spins }) => spins.map((spin) => spin.outputs as string));
  const spins = 'dist/flow/towns/spin';
  expect(outputs).toEqual([
    ...[`${spins}/each/from-1/2`, `${spins}/plus/from-1/2`, `${spins}/sum/from-1`, `${spins}/both/from-1`],
    ...[`${spins}/tune/from-1/iteration-0`, `${spins}/tune/from-1/iteration-1`],
  ]);
  for (const folder of outputs) expect(existsSync(join(workspace, folder, 'artifacts.json'))).toBe(true);
  const others = readdirSync(join(workspace, 'dist/flow')).filter((name) => !/^[a-z]/.test(name));
  expect(others).toEqual([]);
});

async function rowsOf({ store }: MemoryEngine): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const run of store.runs('towns')) rows.push(run);
  for await (const task of store.tasks('towns', 1)) rows.push(task);
  return rows;
}
