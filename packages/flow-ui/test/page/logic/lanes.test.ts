/** The lanes of a timeline. */
import type { TasksReply } from '../../../src/api/routes';
import { lanesOf, taskAt } from '../../../src/page/logic/lanes';
import { STATUS } from '../../../src/page/logic/statuses';

type Row = [start: number, duration: number, status?: keyof typeof STATUS];

function tasks(rows: readonly Row[], tries?: TasksReply['tries']): TasksReply {
  return {
    steps: ['a'],
    step: rows.map(() => 0),
    task: rows.map((_, i) => i + 1),
    status: rows.map(([, , status = 'done']) => STATUS[status]),
    start: rows.map(([start]) => start),
    duration: rows.map(([, duration]) => duration),
    attempts: rows.map(() => 1),
    index: rows.map(() => ''),
    errors: {},
    tries,
  };
}

test('tasks that overlap lie in lanes of their own, others one after the other', () => {
  const { lanes, last } = lanesOf(
    tasks([
      [0, 10],
      [10, 5],
      [3, 20],
      [12, 1],
      [30, 1],
    ]),
  );
  expect(lanes).toEqual([[0, 1, 4], [2], [3]]);
  expect(last).toBe(31);
});

test('what goes on has its lane for itself', () => {
  const { lanes, end } = lanesOf(
    tasks([
      [0, -1, 'running'],
      [50, 10],
      [70, 10],
    ]),
  );
  expect(lanes).toEqual([[0], [1, 2]]);
  expect(end[0]).toBe(Number.POSITIVE_INFINITY);
});

test('a task begins with its first attempt', () => {
  const { lanes, start } = lanesOf(
    tasks(
      [
        [100, 10],
        [20, 10],
      ],
      { 0: [5, 10, 40, 10] },
    ),
  );
  expect([start[0], lanes]).toEqual([5, [[0], [1]]]);
});

test('tasks of another run, and those that have not begun, lie in no lane', () => {
  expect(
    lanesOf(
      tasks([
        [-500, 10, 'taken'],
        [-1, -1],
        [0, 5],
      ]),
    ).lanes,
  ).toEqual([[2]]);
});

test('one points at a task, or near it', () => {
  const lanes = lanesOf(
    tasks([
      [0, 10],
      [20, 10],
      [5, 100],
    ]),
  );
  const find = (lane: number, at: number) => taskAt(lanes, lane, at, 2);
  expect([find(0, 5), find(0, 12), find(0, 15), find(0, 18), find(0, 30), find(0, 33)]).toEqual([
    ...[0, 0, undefined, 1, 1, undefined],
  ]);
  expect([find(1, 50), find(2, 0)]).toEqual([2, undefined]);
});

test('ten thousand tasks in as many lanes as there were at once', () => {
  const rows = Array.from({ length: 10_000 }, (_, i): Row => [Math.floor(i / 8) * 10, 9]);
  expect(lanesOf(tasks(rows)).lanes.map((lane) => lane.length)).toEqual(Array(8).fill(1250));
});
