/** One step on the inputs of several runs: which tasks that are, what they see, and what is said of the others. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { flow, merge } from '../../src';
import type { Selection } from '../../src/engine/inputs/selection';
import { parseFrom } from '../../src/engine/inputs/sweep-runs';
import type { SweepDone } from '../../src/engine/task/flow-event';
import { type SweepRequest, sweep } from '../../src/session/sweep';
import { keys } from '../../src/store/kv/row-keys';
import { MemoryEngine } from '../kit/memory';
import { sessionHere } from '../kit/session';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sweep-')));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

interface Made {
  factor?: number;
  fails?: boolean;
  /** Steps before the swept one end early. */
  early?: boolean;
}

function declare({ factor = 1, fails = false, early = false }: Made = {}) {
  const f = flow('swept', {
    params: { n: z.coerce.number().default(1), name: z.string().default('a'), same: z.string().default('s') },
  });
  const start = f.start(({ params }) => {
    if (early) throw new Error('not today');
    return { rows: Array.from({ length: params.n }, (_, i) => (i + 1) * 10), kept: 1 };
  });
  const each = f.foreach('each', { after: start, over: 'rows' }, ({ input, index, params }) => {
    if (fails && input === 20) throw new RangeError('no 20');
    return { value: input * factor, who: `${params.name}${index}` };
  });
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    ...merge(inputs, { include: ['kept'] }),
    total: inputs.reduce((sum, one) => sum + one.value, 0),
    again: true,
    tries: 0,
  }));
  const tune = f.loop('tune', { after: all, while: 'again', max: 9 }, ({ self, iteration }) => ({
    tries: self.tries + factor,
    again: iteration < self.total / 10 - 1,
  }));
  return f.end(tune);
}

async function swept(
  engine: MemoryEngine,
  made: Made,
  step: string,
  from: string | undefined,
  {
    all = false,
    iterations = false,
    set = {},
    params = {},
    ...selection
  }: Partial<Selection> & Partial<Pick<SweepRequest, 'all' | 'iterations' | 'set' | 'params'>> = {},
): Promise<SweepDone & { rows: unknown[][] }> {
  const { session } = sessionHere(engine, declare(made), workspace);
  const done = await sweep(session, {
    selection: { step, namespace: 'user:tester', ...selection },
    ...{ all, iterations, set, params, workers: 1, result: ({ step }) => ({ step }) },
    ...(from === undefined ? {} : { from: parseFrom(from) }),
  });
  const rows = done.spins.map(({ run, index, iteration, status, artifacts }) => [
    ...[run, index.join(), ...(iteration === undefined ? [] : [iteration]), status],
    artifacts[0]?.preview,
  ]);
  return { ...done, rows };
}

/** Runs 1 to 3, with 1, 2 and 3 splits. */
let engine: MemoryEngine;
beforeAll(async () => {
  engine = new MemoryEngine();
  await engine.run(declare(), { params: { n: '1' }, tags: ['base'] });
  await engine.run(declare(), { params: { n: '2', name: 'b' }, tags: ['exp1'] });
  await engine.run(declare(), { params: { n: '3', name: 'b' }, tags: ['exp2', 'best'] });
});

test('the newest runs, those by their numbers, and those by a tag', async () => {
  const runs = async (from: string) => (await swept(engine, {}, 'all', from)).origins.map(({ run }) => run);
  expect(await runs('last:2')).toEqual([3, 2]);
  expect(await runs('last:99')).toEqual([3, 2, 1]);
  expect(await runs('1, 3,1')).toEqual([1, 3]);
  expect(await runs('tag:exp*')).toEqual([3, 2]);
  expect(await runs('tag:best')).toEqual([3]);
  expect(await runs('tag:*s*')).toEqual([3, 2, 1]);
});

test('each task sees the inputs and the parameters of its own run, and is compared with that', async () => {
  const { origins, spins, rows, status } = await swept(engine, {}, 'each', 'last:3', { all: true });
  expect(status).toBe('done');
  expect(origins).toEqual([
    { run: 3, params: { n: '3', name: '"b"' } },
    { run: 2, params: { n: '2', name: '"b"' } },
    { run: 1, params: { n: '1', name: '"a"' } },
  ]);
  expect(rows).toEqual([
    ...[0, 1, 2].map((n) => [3, `${n}`, 'done', `${(n + 1) * 10}`]),
    ...[0, 1].map((n) => [2, `${n}`, 'done', `${(n + 1) * 10}`]),
    [1, '0', 'done', '10'],
  ]);
  const changes = spins.flatMap(({ artifacts }) => artifacts.map(({ change }) => change));
  expect(new Set(changes)).toEqual(new Set(['same']));
  expect(spins.map(({ artifacts }) => artifacts[1]?.preview)).toEqual([
    ...['"b0"', '"b1"', '"b2"', '"b0"', '"b1"', '"a0"'],
  ]);
});

test('an edit is seen on each of them', async () => {
  const { rows, spins } = await swept(engine, { factor: 3 }, 'each', '3,1', { index: [0] });
  expect(rows).toEqual([
    [3, '0', 'done', '30'],
    [1, '0', 'done', '30'],
  ]);
  expect(spins.map(({ artifacts }) => artifacts[0]?.change)).toEqual(['changed', 'changed']);
});

test('a run in which the step cannot be spun is told with the reason, and the others are spun', async () => {
  const { rows, without, status } = await swept(engine, {}, 'each', 'last:3', { index: [1] });
  expect(rows.map(([run]) => run)).toEqual([3, 2]);
  expect(without).toEqual([{ run: 1, index: [1], why: '"rows" there has one item: its index is 0, not 1' }]);
  expect(status).toBe('done');
});

test('a run that failed before, one that was removed, one whose parameters do not fit any more', async () => {
  const own = new MemoryEngine();
  await own.run(declare());
  await own.run(declare({ early: true }));
  await own.run(declare(), { params: { n: '2' } });
  await own.store.kv.batch([{ key: keys.removed('swept', 4), value: Buffer.from('{"at":0,"by":"ada"}') }]);
  const { without, rows } = await swept(own, {}, 'each', '1,2,3,4');
  expect(rows.map(([run]) => run)).toEqual([1, 3]);
  expect(without).toEqual([
    { run: 2, index: [0], why: 'start failed' },
    { run: 4, index: [], why: 'the run was removed' },
  ]);
  const none = await swept(own, {}, 'each', '2');
  expect([none.status, none.spins]).toEqual(['failed', []]);
});

test('a run of which the store has lost something that the step sees', async () => {
  const own = new MemoryEngine();
  const first = await own.run(declare(), { params: { n: '2' } });
  await own.run(declare(), { params: { n: '2' } });
  const key = keys.artifact('swept', first.run, 'each', 3, 'value');
  await own.store.kv.batch([{ key, value: undefined }]);
  const { rows, without } = await swept(own, {}, 'all', 'last:2');
  expect(rows).toEqual([[2, '', 'done', '30']]);
  expect(without).toEqual([
    { run: 1, index: [], why: expect.stringContaining('The store has lost swept/1/each/3/value') },
  ]);
});

test('one that fails is told with the others', async () => {
  const { rows, status } = await swept(engine, { fails: true }, 'each', 'last:2', { all: true });
  expect(rows.map(([, , one]) => one)).toEqual(['done', 'failed', 'done', 'done', 'failed']);
  expect(status).toBe('failed');
});

test('a join sees the tasks of its own run', async () => {
  expect((await swept(engine, {}, 'all', 'last:3')).rows).toEqual([
    ...[60, 30, 10].map((total, i) => [3 - i, '', 'done', `${total}`]),
  ]);
  // Of one input, by what the run calls it: the other runs have none of that name.
  const { rows } = await swept(engine, {}, 'all', '2', { set: { 'each/3': { value: 100 } } });
  expect(rows).toEqual([[2, '', 'done', '110']]);
});

test('all iterations of a loop, of one run or of several', async () => {
  const tries = (rows: unknown[][]) => rows.map((row) => row.join(' '));
  expect(tries((await swept(engine, {}, 'tune', undefined, { iterations: true })).rows)).toEqual([
    ...['3  0 done 1', '3  1 done 2', '3  2 done 3', '3  3 done 4', '3  4 done 5', '3  5 done 6'],
  ]);
  const several = await swept(engine, {}, 'tune', '1,2', { iterations: true });
  expect(tries(several.rows)).toEqual(['1  0 done 1', '2  0 done 1', '2  1 done 2', '2  2 done 3']);
  await expect(swept(engine, {}, 'all', '1', { iterations: true })).rejects.toMatchObject({
    ...{ code: 'FLOW_ITERATION', exit: 2 },
  });
});

test('values and parameters given by hand are seen on each run', async () => {
  const given = { set: { rows: [5, 6, 7] }, params: { name: 'x' } };
  const { rows, spins } = await swept(engine, {}, 'each', '1,2', { index: [2], ...given });
  expect(rows).toEqual([
    [1, '2', 'done', '7'],
    [2, '2', 'done', '7'],
  ]);
  expect(spins[0]?.artifacts[1]?.preview).toBe('"x2"');
  const short = await swept(engine, {}, 'each', '3', { index: [1], set: { rows: [5] } });
  expect(short.without).toEqual([{ run: 3, index: [1], why: '"rows", which was given, has no index 1' }]);
});

test('the outputs of each run lie in a folder of their own', async () => {
  const { spins } = await swept(engine, {}, 'each', '1,2', { index: [0] });
  const folder = 'dist/flow/swept/spin/each';
  expect(spins.map(({ outputs }) => outputs)).toEqual([`${folder}/from-1/0`, `${folder}/from-2/0`]);
  expect(readFileSync(join(workspace, folder, 'from-2/0/artifacts/value.json'), 'utf8').trim()).toBe('10');
  await swept(engine, {}, 'tune', '1', { iterations: true });
  expect(existsSync(join(workspace, 'dist/flow/swept/spin/tune/from-1/iteration-0/result.json'))).toBe(true);
});

test.each([
  ['last:0', 'FLOW_FROM', '--from takes runs, as last:5, as 12,15 or by a tag, as tag:exp*; not "last:0".'],
  ['', 'FLOW_FROM', '--from takes runs'],
  ['tag:', 'FLOW_FROM', '--from takes runs'],
  ['1,x', 'FLOW_FROM', 'not "1,x"'],
  ['1,9', 'FLOW_RUN_NOT_FOUND', 'There is no run swept/9. Its newest runs: 3, 2, 1.'],
  ['tag:no*', 'FLOW_FROM', 'has a tag like no*; there are exp2, best, exp1, base.'],
])('--from=%s is refused', async (from, code, said) => {
  await expect(swept(engine, {}, 'each', from)).rejects.toMatchObject({
    ...{ code, exit: 2, message: expect.stringContaining(said) },
  });
});

test('of a flow without runs, and of a namespace without any', async () => {
  await expect(swept(new MemoryEngine(), {}, 'each', 'last:2')).rejects.toMatchObject({
    message: 'swept has no run in the namespace user:tester yet: nx-flow run swept',
  });
  await expect(swept(engine, {}, 'each', 'last:2', { namespace: 'prod' })).rejects.toMatchObject({
    ...{ code: 'FLOW_RUN_NOT_FOUND', message: expect.stringContaining('There are runs in user:tester') },
  });
});
