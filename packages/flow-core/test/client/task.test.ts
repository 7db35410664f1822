import { client, type Task } from '../../src/client';
import { MemoryEngine } from '../kit/memory';
import { all, defined, each, fail, last, start, tune } from './flows';

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine();
  Object.assign(fail, { split: -1, step: '', times: 0 });
});
const latest = () => client(defined, { store: engine.store, namespace: 'user:tester' }).latest();
const labels = async (tasks: AsyncIterable<Task<unknown>> | Promise<Task<unknown>[]>) => {
  const list: string[] = [];
  for await (const task of await tasks) list.push(task.pathspec.split('/').slice(2).join('/'));
  return list;
};

test('a task tells its place: index, stack, iteration, parents', async () => {
  await engine.run(defined);
  const run = await latest();
  const task = await run.step('inner').task();
  expect(task).toMatchObject({
    step: 'inner',
    kind: 'step',
    index: [0],
    iteration: undefined,
    status: 'done',
  });
  expect(task.stack).toMatchObject([{ step: 'each', index: 0, count: 3 }]);
  expect(task.run.pathspec).toBe('client/1');
  expect(task.finishedAt?.getTime()).toBe(task.startedAt.getTime() + Math.trunc(task.durationMs as number));
  expect((await run.step(start).task()).params).toEqual(['n']);
  const iterations: (number | undefined)[] = [];
  for await (const { iteration } of run.step(tune)) iterations.push(iteration);
  expect(iterations).toEqual([0, 1, 2]);
  expect((await run.step(all).task()).parentPathspecs).toEqual(
    (await (await run.step(all).task()).parents()).map(({ pathspec }) => pathspec),
  );
});

test('the children of every task are those that name it as a parent', async () => {
  await engine.run(defined, { params: { n: 5 } });
  const run = await latest();
  const expected = new Map<string, string[]>();
  for await (const task of run.tasks())
    for (const parent of task.parentPathspecs)
      expected.set(parent, [...(expected.get(parent) ?? []), task.pathspec]);
  let seen = 0;
  for await (const task of run.tasks()) {
    const children = (await labels(task.children())).map((label) => `client/1/${label}`);
    expect([task.pathspec, children.sort()]).toEqual([
      task.pathspec,
      (expected.get(task.pathspec) ?? []).sort(),
    ]);
    seen += children.length;
  }
  expect(seen).toBe([...expected.values()].flat().length);
});

test('children are looked for in the steps that follow alone, from the task’s number on, and no further than needed', async () => {
  await engine.run(defined, { params: { n: 40 } });
  const run = await latest();
  const read: string[] = [];
  const { store } = engine;
  const tasks = store.tasks.bind(store);
  const splits: Task<unknown>[] = [];
  for await (const task of run.step(each)) splits.push(task);
  store.tasks = async function* (...args) {
    for await (const row of tasks(...args)) {
      read.push(row.step);
      yield row;
    }
  };
  for (const split of splits) expect(await labels(split.children())).toHaveLength(1);
  expect(new Set(read)).toEqual(new Set(['inner']));
  // Splits and what follows them come in the same order here: far from all times all.
  expect(read.length).toBeLessThanOrEqual((40 * 41) / 2);
});

test('a caught exception is told: the task counts as done, with its error, message, cause and stack', async () => {
  fail.split = 1;
  await engine.run(defined);
  const run = await latest();
  const caught: (string | boolean)[][] = [];
  for await (const task of run.step(each)) caught.push([task.status, task.successful, task.caught]);
  expect(caught).toEqual([
    ['done', true, false],
    ['done', true, true],
    ['done', true, false],
  ]);
  const { pathspec } = await run.step(each).task();
  const task = await run.step(each).task(Number(pathspec.split('/').at(-1)) + 1);
  expect(task.error).toMatchObject({ name: 'RangeError', message: 'no 1', cause: { message: 'why' } });
  expect(task.exception).toBeInstanceOf(Error);
  expect(String(task.exception)).toBe('RangeError: no 1');
  expect(task.exception?.stack).toContain('flows.ts');
  expect((task.exception as Error & { cause: Error }).cause.message).toBe('why');
});

test('a failed task has its exception; the run has it too', async () => {
  fail.step = 'last';
  await engine.run(defined);
  const run = await latest();
  const task = await run.step(last).task();
  expect([task.status, task.finished, task.successful, task.caught]).toEqual(['failed', true, false, false]);
  expect(task.exception?.message).toBe('last failed');
  expect(run.error?.message).toBe('last failed');
});

test('attempts are told apart, and so are their logs', async () => {
  fail.times = 1;
  await engine.run(defined);
  const tasks: Task<unknown>[] = [];
  for await (const task of (await latest()).step(tune)) tasks.push(task);
  const retried = tasks[1] as Task<unknown>;
  expect([retried.attempt, retried.attempts.length, retried.status]).toEqual([1, 1, 'done']);
  expect(retried.attempts[0]?.error.message).toBe('once more');
  expect(await retried.stdout()).toBe('attempt 0\nattempt 1\n');
  expect(await retried.stdout(0)).toBe('attempt 0\n');
  expect(await retried.stdout(1)).toBe('attempt 1\n');
  expect(await retried.stderr()).toBe('');
  const pieces: string[] = [];
  for await (const { stream, at, attempt, text } of retried.logs()) {
    expect(at).toBeInstanceOf(Date);
    pieces.push(`${attempt} ${stream} ${text}`);
  }
  expect(pieces).toEqual(['0 stdout attempt 0\n', '1 stdout attempt 1\n']);
});

test('an artifact tells what is known of it without its value being read, and where it lies', async () => {
  await engine.run(defined);
  const run = await latest();
  const task = await run.step(each).task();
  const big = await task.artifact('big');
  expect(big).toMatchObject({ name: 'big', type: 'string', pathspec: 'client/1/start/1/big' });
  expect(big.sha).toMatch(/^[0-9a-f]{64}$/);
  expect(big.digest).toMatch(/^[0-9a-f]{64}$/);
  expect((await task.artifact('square')).sha).toBeUndefined();
  expect(big.value()).toBe('x'.repeat(40_000));
  const first = await run.step(start).task();
  expect((await big.createdAt())?.getTime()).toBe(
    Math.trunc(first.startedAt.getTime() + (first.durationMs as number)),
  );
  const names: string[] = [];
  for await (const artifact of task) names.push(artifact.name);
  expect(names).toEqual(task.artifactNames());
  expect(new Set(names)).toEqual(new Set(['items', 'big', 'n', 'square']));
  await expect(task.artifact('bigg')).rejects.toMatchObject({
    code: 'FLOW_ARTIFACT_NOT_FOUND',
    message: `${task.pathspec} has no artifact "bigg". Did you mean "big"?`,
  });
});

test('values are typed by the handles', async () => {
  await engine.run(defined);
  const run = await latest();
  const sum: number = await (await run.step(all).task()).artifacts.sum;
  const total: number = await run.artifacts.total;
  const square: number | undefined = await (await run.step(each).task()).artifacts.square;
  expect([sum, total, square]).toEqual([4.5, 5.5, 0]);
});
