import { z } from 'zod';
import { flow } from '../../../src/definition/flow';
import { diffParams, diffSteps, diffTasks, type StepDiff } from '../../../src/engine/explain/diff';
import { record } from '../../../src/store/rows/records';
import type { RunRow, TaskRow } from '../../../src/store/rows/rows';
import { MemoryEngine, type Ran, rowsOf } from '../../kit/memory';

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine();
});

/** A foreach of `n`, of which every item divisible by `by` is another in another run. */
function numbersFlow({ extra = false, broken = -1 } = {}) {
  const f = flow('numbers', {
    params: { n: z.number().default(6), by: z.number().default(100), note: z.string().default('') },
  });
  const start = f.start(({ params }) => ({
    items: Array.from({ length: params.n }, (_, i) => i),
    large: 'x'.repeat(5000) + params.note,
  }));
  const each = f.foreach('each', { after: start, over: 'items', catch: 'oops' }, ({ input, params }) => {
    if (input === broken) throw new Error('broken');
    return { value: input > 0 && input % params.by === 0 ? -input : input };
  });
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    sum: inputs.reduce((s, i) => s + (i.value ?? 0), 0),
  }));
  return f.end(extra ? f.step('more', { after: all }, () => ({ m: 1 })) : all);
}

async function stepsOf(before: Ran, after: Ran, only?: string): Promise<Record<string, StepDiff>> {
  const steps: Record<string, StepDiff> = {};
  for await (const diff of diffSteps(engine.store, before.row, after.row, only)) steps[diff.step] = diff;
  return steps;
}

test('two runs of the same are the same in every step and task', async () => {
  const [before, after] = [await engine.run(numbersFlow()), await engine.run(numbersFlow())];
  const steps = await stepsOf(before, after);
  expect(Object.keys(steps)).toEqual(['start', 'each', 'all', 'end']);
  for (const step of Object.values(steps)) expect(step.change).toBe('same');
  expect(steps.each).toMatchObject({
    tasks: { same: 6, changed: 0, new: 0, gone: 0 },
    taken: 0,
    ends: [],
  });
  expect((await diffParams(engine.store, before.row, after.row)).map(({ change }) => change)).toEqual([
    'same',
    'same',
    'same',
  ]);
});

test('of a large foreach the splits that differ are counted, and the first kept with their values', async () => {
  const before = await engine.run(numbersFlow(), { params: { n: 100 } });
  const after = await engine.run(numbersFlow(), { params: { n: 100, by: 5 } });
  const { each, all, start } = await stepsOf(before, after);
  expect(each?.tasks).toEqual({ same: 81, changed: 19, new: 0, gone: 0 });
  const value = each?.artifacts.get('value');
  expect(value).toMatchObject({ same: 81, changed: 19, new: 0, gone: 0 });
  expect(value?.examples.map(({ after: row }) => row.stack[0]?.index)).toEqual([5, 10, 15]);
  expect(value?.examples[0]?.diff.before?.bytes).toBeDefined();
  expect(all).toMatchObject({ change: 'changed', tasks: { same: 0, changed: 1 } });
  expect(start?.change).toBe('same');
  const params = await diffParams(engine.store, before.row, after.row);
  expect(params.filter(({ change }) => change !== 'same').map(({ name }) => name)).toEqual(['by']);
});

test('what is larger than a few lines is compared and not held', async () => {
  const before = await engine.run(numbersFlow());
  const after = await engine.run(numbersFlow(), { params: { note: '!' } });
  const large = (await stepsOf(before, after)).start?.artifacts.get('large');
  expect(large).toMatchObject({ changed: 1 });
  expect([large?.examples[0]?.diff.before?.bytes, large?.examples[0]?.diff.after?.bytes]).toEqual([
    undefined,
    undefined,
  ]);
});

test('tasks and steps that one run alone has are new or gone', async () => {
  const before = await engine.run(numbersFlow(), { params: { n: 6 } });
  const after = await engine.run(numbersFlow({ extra: true }), { params: { n: 9 } });
  const there = await stepsOf(before, after);
  expect(there.each?.tasks).toEqual({ same: 6, changed: 0, new: 3, gone: 0 });
  expect(there.more).toMatchObject({ change: 'new', tasks: { new: 1, gone: 0 } });
  const back = await stepsOf(after, before);
  expect(back.each?.tasks).toEqual({ same: 6, changed: 0, new: 0, gone: 3 });
  expect(back.more).toMatchObject({ change: 'gone', tasks: { new: 0, gone: 1 } });
  expect(Object.keys(await stepsOf(before, after, 'each'))).toEqual(['each']);
});

test('a task that ended otherwise is told by how it ended', async () => {
  const before = await engine.run(numbersFlow());
  const after = await engine.run(numbersFlow({ broken: 2 }));
  const { each } = await stepsOf(before, after);
  expect(each?.tasks).toEqual({ same: 5, changed: 1, new: 0, gone: 0 });
  expect(each?.ends).toEqual([{ before: 'done', after: 'caught', count: 1 }]);
  expect(each?.artifacts.get('oops')).toMatchObject({ new: 1 });
  expect(each?.artifacts.get('value')).toMatchObject({ same: 5, gone: 1 });
});

test('a task that a resumed run took over is the same without being read, and took no time', async () => {
  const before = await engine.run(numbersFlow());
  const after = await engine.resume(numbersFlow(), before.run, 'all');
  const again = await engine.resume(numbersFlow(), after.run, 'end');
  const asked: string[] = [];
  const { store } = engine;
  const artifacts = store.artifacts.bind(store);
  store.artifacts = (addresses) => {
    asked.push(...addresses.map(({ step }) => step));
    return artifacts(addresses);
  };
  const { start, each, all } = await stepsOf(before, again);
  expect([start?.taken, each?.taken, each?.tasks.same]).toEqual([1, 6, 6]);
  expect(each?.durationMs).toEqual({ before: 0, after: 0 });
  expect(all).toMatchObject({ taken: 0, tasks: { same: 1 } });
  expect(new Set(asked)).toEqual(new Set(['all']));
});

test('tasks are matched by their place, whatever their numbers: split, nested split, iteration', async () => {
  const f = flow('places');
  const start = f.start(() => ({ outer: [0, 1, 2], seed: Math.random() }));
  const o = f.foreach('o', { after: start, over: 'outer' }, ({ input }) => ({ inner: [input, input + 1] }));
  const i = f.foreach('i', { after: o, over: 'inner' }, ({ input, index }) => ({
    v: input * 10 + index,
    i: 0,
  }));
  const t = f.loop('t', { after: i, while: 'go' }, ({ iteration, self }) => ({
    i: self.v + iteration,
    go: iteration < 2,
  }));
  const j = f.join('j', { after: t }, () => ({}));
  const defined = f.end(f.join('k', { after: j }, () => ({})));
  const before = await engine.run(defined);
  const after = await engine.run(defined);
  // As if the tasks of the second run had been planned the other way round.
  const rows = rowsOf(after, 't');
  const { store } = engine;
  const tasks = store.tasks.bind(store);
  store.tasks = async function* (flowName, run, step, from) {
    if (run !== after.run || step !== 't') yield* tasks(flowName, run, step, from);
    else yield* rows.toReversed();
  };
  const { t: diff, start: first } = await stepsOf(before, after);
  expect(diff?.tasks).toEqual({ same: 18, changed: 0, new: 0, gone: 0 });
  expect(first?.artifacts.get('seed')).toMatchObject({ changed: 1 });
});

test('a run of which only a part is there is compared as far as it goes', async () => {
  const { store } = engine;
  const run = (number: number): RunRow => ({
    flow: 'parts',
    run: number,
    status: 'running',
    user: 'x',
    namespace: 'x',
    tags: [],
    systemTags: [],
    startedAt: 0,
    paramInputs: {},
    pid: 1,
    host: 'h',
    node: 'v',
    version: '0',
    steps: [{ name: 's', kind: 'foreach' }],
  });
  const row = (task: number, index: number): TaskRow => ({
    step: 's',
    task,
    kind: 'foreach',
    status: 'running',
    attempt: 0,
    parents: [],
    stack: [{ step: 's', index, count: 9, over: 'x', shownBy: 'a/1' }],
    startedAt: 0,
    stored: [],
    inherited: {},
  });
  const [a, b] = [run(1), run(2)];
  await store.commit([4, 2, 0].map((index, i) => record.task('parts', 1, row(i + 1, index))));
  await store.commit([5, 4, 3, 2, 1].map((index, i) => record.task('parts', 2, row(i + 7, index))));
  const steps: StepDiff[] = [];
  for await (const diff of diffSteps(store, a, b)) steps.push(diff);
  expect(steps[0]?.tasks).toEqual({ same: 2, changed: 0, new: 3, gone: 1 });
});

test('two tasks are compared artifact by artifact', async () => {
  const before = await engine.run(numbersFlow());
  const after = await engine.run(numbersFlow(), { params: { by: 2, note: '?' } });
  const of = (ran: Ran, step: string, at: number) => ({
    run: ran.row,
    row: rowsOf(ran, step)[at] as TaskRow,
  });
  const compare = async (step: string, at: number) =>
    (await diffTasks(engine.store, of(before, step, at), of(after, step, at))).map(({ name, change }) => [
      name,
      change,
    ]);
  expect(await compare('each', 2)).toEqual([['value', 'changed']]);
  expect(await compare('each', 3)).toEqual([['value', 'same']]);
  expect(new Map((await compare('start', 0)) as [string, string][])).toEqual(
    new Map([
      ['items', 'same'],
      ['large', 'changed'],
    ]),
  );
});
