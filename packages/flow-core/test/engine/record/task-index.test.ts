/** The task of a split is found by looking where it should be, and by looking everywhere else where it is not. */
import { Tasks } from '../../../src/engine/record/task-index';
import { memoryStore } from '../../../src/store/open';
import { record } from '../../../src/store/rows/records';
import type { TaskRow } from '../../../src/store/rows/rows';

const COUNT = 3000;
const place = { flow: 'wide', run: 1, step: 'each' };
const row = (task: number, index: number, more: Partial<TaskRow> = {}) =>
  ({
    ...{ step: 'each', task, kind: 'step', status: 'done', attempt: 0, parents: [], startedAt: 0 },
    ...{ stack: [{ step: 'start', index, count: COUNT, over: 'ns', shownBy: 'start/1' }] },
    ...{ stored: [], inherited: {}, ...more },
  }) as unknown as TaskRow;

async function opened(rows: readonly TaskRow[]) {
  const store = memoryStore();
  await store.commit(rows.map((one) => record.task(place.flow, place.run, one)));
  const range = jest.spyOn(store.kv, 'range');
  const find = (index: readonly number[], wanted?: (row: TaskRow) => boolean) =>
    new Tasks(store).find(place.flow, place.run, place.step, index, wanted);
  return { find, reads: () => range.mock.calls.reduce((sum, [{ limit }]) => sum + limit, 0) };
}

test('of thousands of splits, one is read in two look-ups', async () => {
  const { find, reads } = await opened(Array.from({ length: COUNT }, (_, i) => row(i + 2, i)));
  for (const at of [0, 1, 1234, COUNT - 1]) expect((await find([at]))?.task).toBe(at + 2);
  expect(reads()).toBe(4);
});

test('where they were numbered in another order, the right one is found all the same', async () => {
  const { find } = await opened(Array.from({ length: 700 }, (_, i) => row(i + 2, 699 - i)));
  for (const at of [0, 300, 699]) expect((await find([at]))?.stack[0]?.index).toBe(at);
  expect(await find([700])).toBeUndefined();
  expect(await find([5], () => false)).toBeUndefined();
});

test('of a loop, the first task that will do', async () => {
  const rows = [0, 1, 2].flatMap((i) =>
    [0, 1].map((iteration) => row(i * 2 + iteration + 1, i, { iteration })),
  );
  const { find } = await opened(rows);
  expect((await find([1]))?.task).toBe(3);
  expect((await find([1], ({ iteration }) => iteration === 1))?.task).toBe(4);
});

test('of a foreach within another one', async () => {
  const nested = (task: number, outer: number, inner: number) => {
    const one = row(task, outer);
    return { ...one, stack: [...one.stack, { ...(one.stack[0] as TaskRow['stack'][number]), index: inner }] };
  };
  const { find } = await opened([nested(1, 0, 0), nested(2, 0, 1), nested(3, 1, 0)]);
  expect((await find([1, 0]))?.task).toBe(3);
  expect((await find([0, 1]))?.task).toBe(2);
});

test('of a step in no foreach', async () => {
  const { find } = await opened([row(7, 0, { stack: [] })]);
  expect((await find([]))?.task).toBe(7);
  expect(await find([0])).toBeUndefined();
});
