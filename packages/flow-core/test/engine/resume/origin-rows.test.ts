/** What a resumed run reads of the run that it takes over from. */
import { OriginRows } from '../../../src/engine/resume/origin-rows';
import { memoryStore } from '../../../src/store/open';
import { record } from '../../../src/store/rows/records';
import type { RunRow, TaskRow } from '../../../src/store/rows/rows';
import { firstTasks } from '../../../src/store/rows/whole';

const TASKS = 3000;
const origin = { flow: 'wide', run: 1 } as RunRow;

/** A store with the tasks of `each`, and what is read of it. @param place of the task with a number from 0 */
async function recorded(place = (n: number) => n, status = (_: number): TaskRow['status'] => 'done') {
  const store = memoryStore();
  const rows = Array.from({ length: TASKS }, (_, n) => {
    const row = { step: 'each', task: n + 1, status: status(n), stack: [{ index: place(n) }] };
    return record.task('wide', 1, row as TaskRow);
  });
  await store.commit(rows);
  const origins = new OriginRows(store, origin, 'each', {
    first: await firstTasks(store, 'wide', 1, 'each'),
    isDone: (row) => row.status === 'done',
  });
  const [range, getMany] = [jest.spyOn(store.kv, 'range'), jest.spyOn(store.kv, 'getMany')];
  const at = async (places: readonly number[]) => {
    const found: (number | undefined)[] = [];
    for (let from = 0; from < places.length; from += 500) {
      const some = places.slice(from, from + 500).map((index) => ({ stack: [{ index }] }));
      for (const row of await origins.at(some)) found.push(row?.stack[0]?.index);
    }
    return found;
  };
  const pages = () => range.mock.calls.length;
  const again = () => getMany.mock.calls.reduce((sum, [keys]) => sum + keys.length, 0);
  return { at, pages, again };
}

const all = Array.from({ length: TASKS }, (_, n) => n);

test('in the order of their numbers each row is read once, and no further than asked', async () => {
  const { at, pages, again } = await recorded();
  expect(await at(all.slice(0, 500))).toEqual(all.slice(0, 500));
  // The first page of them was read when they were counted.
  expect(pages()).toBe(0);
  expect(await at(all.slice(500))).toEqual(all.slice(500));
  expect(again()).toBe(0);
});

test('in any other order all are found; those that were passed over are read again', async () => {
  const { at, again } = await recorded((n) => TASKS - 1 - n);
  expect(await at(all)).toEqual(all);
  expect(again()).toBeGreaterThan(0);
  expect(again()).toBeLessThanOrEqual(TASKS);
});

test('a task that is not done, or is not there, is none', async () => {
  const { at, pages } = await recorded(
    (n) => n,
    (n) => (n % 2 === 0 ? 'done' : 'failed'),
  );
  expect(await at([0, 1, 2])).toEqual([0, undefined, 2]);
  // What is known to have failed is not looked for.
  expect(pages()).toBe(0);
  expect(await at([TASKS, 4])).toEqual([undefined, 4]);
});
