import type { Run } from '../../src/client';
import { client } from '../../src/client';
import { MemoryEngine } from '../kit/memory';
import { all, defined, each, fail } from './flows';

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const numbers = async (runs: AsyncIterable<Run<unknown>>) =>
  (await collect(runs)).map(({ number }) => number);

let engine: MemoryEngine;
beforeEach(() => {
  engine = new MemoryEngine();
  Object.assign(fail, { split: -1, step: '', times: 0 });
});
const mine = () => client(defined, { store: engine.store, namespace: 'user:tester' });
const everything = () => client({ store: engine.store, namespace: 'user:tester' });

describe('flows', () => {
  test('are listed, and have their runs, in a store that has some and in one that has none', async () => {
    expect(await collect(everything().flows())).toEqual([]);
    await engine.run(defined);
    const [flow, ...others] = await collect(everything().flows());
    expect([flow?.name, flow?.namespace, others.length]).toEqual(['client', 'user:tester', 0]);
    expect((await flow?.latest())?.pathspec).toBe('client/1');
  });

  test('latest is the newest run whatever became of it, latestSuccessful the newest that is done', async () => {
    await engine.run(defined);
    fail.step = 'last';
    await engine.run(defined);
    const [latest, successful] = await Promise.all([mine().latest(), mine().latestSuccessful()]);
    expect([latest.number, latest.status, latest.successful, latest.finished]).toEqual([
      2,
      'failed',
      false,
      true,
    ]);
    expect([successful.number, successful.status, successful.successful]).toEqual([1, 'done', true]);
  });

  test('that have no such run say where there are some', async () => {
    await expect(mine().latest()).rejects.toMatchObject({
      code: 'FLOW_RUN_NOT_FOUND',
      message: 'client has no run in the namespace user:tester yet: nx-flow run client',
    });
    await engine.run(defined, { namespace: 'prod' });
    await engine.run(defined, { namespace: 'user:mia', user: 'mia' });
    await expect(mine().latestSuccessful()).rejects.toMatchObject({
      message:
        'client has no run that is done in the namespace user:tester yet: nx-flow run client. There are runs in prod, user:mia: --namespace=everybody (in code, namespace: null) finds those too.',
    });
    const other = client('nothing', { store: engine.store, namespace: null });
    await expect(other.latest()).rejects.toMatchObject({
      message: 'nothing has no run yet: nx-flow run nothing',
    });
  });

  test('list the runs of one namespace, or of everybody; a number names a run of anybody', async () => {
    await engine.run(defined);
    await engine.run(defined, { namespace: 'user:mia', user: 'mia' });
    await engine.run(defined);
    const { store } = engine;
    expect(await numbers(mine())).toEqual([3, 1]);
    expect(await numbers(client(defined, { store, namespace: 'user:mia' }).runs())).toEqual([2]);
    for (const namespace of [null, 'everybody'])
      expect(await numbers(client(defined, { store, namespace }))).toEqual([3, 2, 1]);
    expect((await mine().run(2)).namespace).toBe('user:mia');
    expect((await client(defined, { store, namespace: 'user:mia' }).latest()).number).toBe(2);
  });

  test('filter their runs by tags, status and user, all at once', async () => {
    await engine.run(defined, { tags: ['a', 'b'] });
    fail.step = 'last';
    await engine.run(defined, { tags: ['a'] });
    fail.step = '';
    await engine.run(defined, { tags: ['a', 'b'], user: 'mia' });
    const runs = mine();
    expect(await numbers(runs.runs({ tag: 'a' }))).toEqual([3, 2, 1]);
    expect(await numbers(runs.runs({ tag: ['a', 'b'] }))).toEqual([3, 1]);
    expect(await numbers(runs.runs({ tag: ['a', 'b', 'user:mia'] }))).toEqual([3]);
    expect(await numbers(runs.runs({ status: 'failed' }))).toEqual([2]);
    expect(await numbers(runs.runs({ user: 'tester', status: 'done', tag: 'a' }))).toEqual([1]);
    expect(await numbers(runs.runs({ tag: 'c' }))).toEqual([]);
  });

  test('list no further than they are read', async () => {
    for (let i = 0; i < 4; i++) await engine.run(defined, { params: { n: 1 } });
    const scanned: number[] = [];
    const { store } = engine;
    const runs = store.tagged.bind(store);
    store.tagged = async function* (...args) {
      for await (const row of runs(...args)) {
        scanned.push(row.run);
        yield row;
      }
    };
    await mine().latestSuccessful();
    expect(scanned).toEqual([4]);
  });
});

describe('pathspecs', () => {
  test('name runs, steps and tasks, with the flow in front or not', async () => {
    await engine.run(defined);
    const flow = mine();
    expect((await flow.run('client/1')).number).toBe(1);
    expect((await flow.step('1/each')).pathspec).toBe('client/1/each');
    expect((await flow.task('1/each/3')).pathspec).toBe('client/1/each/3');
    const store = everything();
    expect((await store.run('client/1')).number).toBe(1);
    expect((await store.step('client/1/all')).kind).toBe('join');
    expect((await store.task('client/1/each/3')).index).toEqual([1]);
    expect((await (await flow.run(1)).task('each/3')).number).toBe(3);
  });

  test.each([
    ['1', 'FLOW_PATHSPEC', '"1" does not name a task: that looks like 12/train/3.'],
    ['1/each', 'FLOW_PATHSPEC', '"1/each" does not name a task: that looks like 12/train/3.'],
    [
      'other/1/each/3',
      'FLOW_PATHSPEC_FLOW',
      '"other/1/each/3" is a pathspec of the flow "other", but this is "client".',
    ],
    ['1/eech/3', 'FLOW_STEP_NOT_FOUND', 'There is no step "eech" in client/1. Did you mean "each"?'],
    [
      '1/each/99',
      'FLOW_TASK_NOT_FOUND',
      'There is no task client/1/each/99. Its tasks: 1/each/2, 1/each/3, 1/each/4.',
    ],
    ['7/each/99', 'FLOW_RUN_NOT_FOUND', 'There is no run client/7. Its newest runs: 1.'],
  ])('that name no task say why: %s', async (pathspec, code, message) => {
    await engine.run(defined);
    await expect(mine().task(pathspec)).rejects.toMatchObject({ code, message });
  });

  test('of a whole store need their flow', async () => {
    await expect(everything().task('1/each/3')).rejects.toMatchObject({
      code: 'FLOW_PATHSPEC',
      message: '"1/each/3" does not say of which flow it is: put its name in front, as in movies/1/each/3.',
    });
  });
});

describe('a run', () => {
  test('tells what was recorded of it', async () => {
    const { row } = await engine.run(defined, { params: { n: '2' }, tags: ['exp'] });
    const run = await mine().latest();
    expect(run).toMatchObject({
      flow: 'client',
      number: 1,
      pathspec: 'client/1',
      status: 'done',
      user: 'tester',
      namespace: 'user:tester',
      paramInputs: { n: '2' },
      counts: { done: row.tasks?.done, failed: 0 },
      environment: { node: process.version },
      error: undefined,
    });
    expect(await run.params()).toEqual({ n: 2 });
    expect(run.finishedAt?.getTime()).toBe(run.startedAt.getTime() + (run.durationMs as number));
    expect([...run.tags, ...run.systemTags]).toEqual(['exp', 'user:tester']);
    expect(await run.artifacts.total).toBe(2);
    expect(await run.origin()).toBeUndefined();
    expect([...run].map(({ name }) => name)).toEqual([
      'start',
      'each',
      'inner',
      'all',
      'tune',
      'last',
      'end',
    ]);
    expect(await collect(run.tasks())).toHaveLength(row.tasks?.done as number);
  });

  test('knows its flow as it was: steps with their parents, children and kinds', async () => {
    await engine.run(defined);
    const run = await mine().latest();
    const names = (steps: { name: string }[]) => steps.map(({ name }) => name);
    expect(names(run.step(all).parents())).toEqual(['inner']);
    expect(names(run.step(all).children())).toEqual(['tune']);
    expect(names(run.step('start').parents())).toEqual([]);
    expect(names(run.step('end').children())).toEqual([]);
    expect(run.step(each).run.pathspec).toBe('client/1');
    expect(() => run.step('eech')).toThrow('There is no step "eech" in client/1. Did you mean "each"?');
  });

  test('that was resumed, its steps and its tasks know their origins, however often it was', async () => {
    fail.step = 'last';
    await engine.run(defined);
    await engine.resume(defined, 1);
    fail.step = '';
    await engine.resume(defined, 2);
    const run = await mine().run(3);
    expect((await run.origin())?.pathspec).toBe('client/2');
    expect((await (await run.origin())?.origin())?.pathspec).toBe('client/1');
    expect((await run.step(each).origin())?.pathspec).toBe('client/2/each');
    const task = await run.step(each).task();
    // The one that executed, not the one that stood for it in between.
    expect(task.originPathspec).toMatch(/^client\/1\/each\/\d+$/);
    expect((await task.origin())?.pathspec).toBe(task.originPathspec);
    expect(await task.stdout()).toBe('item 0\n');
    expect((await task.artifact('square')).pathspec).toBe(`${task.originPathspec}/square`);
    expect((await run.step('last').task()).originPathspec).toBeUndefined();
    expect(await run.artifacts.total).toBe(5.5);
  });
});

describe('tags', () => {
  test('are added, removed and replaced, and the run finds them', async () => {
    await engine.run(defined, { tags: ['old', 'gone'] });
    await engine.run(defined);
    const run = await mine().run(1);
    await run.addTags('b', 'a', 'old');
    expect([...run.tags]).toEqual(['old', 'gone', 'a', 'b']);
    await run.removeTags('gone', 'never there');
    expect([...run.tags]).toEqual(['old', 'a', 'b']);
    await run.replaceTags(['a', 'old'], ['old', 'c']);
    expect([...run.tags]).toEqual(['old', 'b', 'c']);
    expect([...(await mine().run(1)).tags]).toEqual(['old', 'b', 'c']);
    expect(await numbers(mine().runs({ tag: ['b', 'c'] }))).toEqual([1]);
    expect(await numbers(mine().runs({ tag: 'gone' }))).toEqual([]);
    // What its tasks saw stays as it was recorded.
    expect((await engine.store.run('client', 1))?.tags).toEqual(['old', 'gone']);
  });

  test('that are added while the run goes on outlive its last row, and the run outlives them', async () => {
    let tagged: Promise<unknown> | undefined;
    await engine.run(defined, {
      tags: ['first'],
      onEvent: (event) => {
        if (event.type === 'run-started')
          tagged = engine.store.changeTags('client', 1, { add: ['meanwhile'], remove: ['first'] });
      },
    });
    await tagged;
    const run = await mine().run(1);
    expect([[...run.tags], run.status, run.counts?.failed]).toEqual([['meanwhile'], 'done', 0]);
  });

  test('of the system cannot be added or removed, by a run’s start neither', async () => {
    const { row } = await engine.run(defined);
    const run = await mine().run(row.run);
    const message =
      '"user:tester" is a system tag, which nobody can add or remove: choose one that does not begin with "user:".';
    await expect(run.removeTags('user:tester')).rejects.toMatchObject({ code: 'FLOW_TAG_SYSTEM', message });
    await expect(run.addTags('user:tester')).rejects.toMatchObject({ code: 'FLOW_TAG_SYSTEM', message });
    await expect(engine.run(defined, { tags: ['user:mia'] })).rejects.toMatchObject({
      code: 'FLOW_TAG_SYSTEM',
    });
    expect([...(await run.refresh()).systemTags]).toEqual(['user:tester']);
    // The refused run took no number.
    expect((await engine.run(defined)).run).toBe(2);
  });

  test.each([
    ['', 'A tag cannot be empty.'],
    ['  ', 'A tag cannot be empty.'],
    ['a\nb', 'The tag "a\\nb" holds characters that cannot be printed: leave them out.'],
    ['\ud800', 'The tag "\\ud800" holds characters that cannot be printed: leave them out.'],
    ['x'.repeat(501), 'The tag "xxxxxxxxxxxxxxxxxxxx…" is 501 characters long: a tag has at most 500.'],
  ])('must be text that can be read: %j', async (tag, message) => {
    await engine.run(defined);
    const run = await mine().latest();
    await expect(run.addTags('fine', tag)).rejects.toMatchObject({ code: 'FLOW_TAG', exit: 2, message });
    expect([...(await run.refresh()).tags]).toEqual([]);
  });

  test('may be any such text', async () => {
    await engine.run(defined);
    const run = await mine().latest();
    const tags = ['two words', 'a/b', 'exp=1', '100%', 'żółw 🐢', '👩‍🚀', '~', 'x'.repeat(500)];
    await run.addTags(...tags);
    expect(new Set(run.tags)).toEqual(new Set(tags));
    for (const tag of tags) expect(await numbers(mine().runs({ tag }))).toEqual([1]);
  });
});

test('a run in everybody’s namespace is refused: there is no such one', async () => {
  await expect(engine.run(defined, { namespace: 'everybody' })).rejects.toMatchObject({
    code: 'FLOW_NAMESPACE',
    message: 'A run is in one namespace, and "everybody" stands for all of them: give another, or none.',
  });
});
