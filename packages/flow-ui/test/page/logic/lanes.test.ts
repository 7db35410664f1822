/** The lanes of a timeline. */
import type { TasksReply } from '../../../src/api/routes';
import { type Bar, barAt, laneOf, lanesOf, nextBar } from '../../../src/page/logic/lanes';
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

/** The tasks of each lane. */
const inLanes = (of: ReturnType<typeof lanesOf>) => of.lanes.map((bars) => bars.map(({ task }) => task));

test('tasks that overlap lie in lanes of their own, others one after the other', () => {
  const lanes = lanesOf(
    tasks([
      [0, 10],
      [10, 5],
      [3, 20],
      [12, 1],
      [30, 1],
    ]),
  );
  expect(inLanes(lanes)).toEqual([[0, 1, 4], [2], [3]]);
  expect(lanes.last).toBe(31);
});

test('what goes on has its lane for itself', () => {
  const lanes = lanesOf(
    tasks([
      [0, -1, 'running'],
      [50, 10],
      [70, 10],
    ]),
  );
  expect(inLanes(lanes)).toEqual([[0], [1, 2]]);
  expect(lanes.lanes[0]?.[0]?.end).toBe(Number.POSITIVE_INFINITY);
});

test('each attempt is a bar: while a task waits for the next one, its lane is free', () => {
  const lanes = lanesOf(
    tasks(
      [
        [100, 10],
        [20, 10],
      ],
      { 0: [5, 10, 40, 10] },
    ),
  );
  expect(inLanes(lanes)).toEqual([[0, 1, 0, 0]]);
  expect(lanes.lanes[0]?.filter(({ task }) => task === 0)).toEqual([
    { task: 0, attempt: 0, start: 5, end: 15, again: true },
    { task: 0, attempt: 1, start: 40, end: 50, again: true },
    { task: 0, attempt: 2, start: 100, end: 110, again: false },
  ]);
});

test('tasks of another run, and those that have not begun, lie in no lane', () => {
  expect(
    inLanes(
      lanesOf(
        tasks([
          [-500, 10, 'taken'],
          [-1, -1],
          [0, 5],
        ]),
      ),
    ),
  ).toEqual([[2]]);
});

test('one points at a bar, or near it', () => {
  const lanes = lanesOf(
    tasks([
      [0, 10],
      [20, 10],
      [5, 100],
    ]),
  );
  const find = (lane: number, at: number) => barAt(lanes, lane, at, 2)?.task;
  expect([find(0, 5), find(0, 12), find(0, 15), find(0, 18), find(0, 30), find(0, 33)]).toEqual([
    ...[0, 0, undefined, 1, 1, undefined],
  ]);
  expect([find(1, 50), find(2, 0)]).toEqual([2, undefined]);
});

test('arrow keys move along a lane and between lanes, in a newer reply too', () => {
  const rows: Row[] = [
    [0, 10],
    [20, 10],
    [5, 100],
  ];
  const [before, lanes] = [lanesOf(tasks(rows)), lanesOf(tasks(rows))];
  const bar = (lane: number, at: number) => before.lanes[lane]?.[at];
  const next = (from: Bar | undefined, key: string) => nextBar(lanes, from, key)?.task;
  expect([
    next(undefined, 'ArrowRight'),
    next(bar(0, 0), 'ArrowRight'),
    next(bar(0, 1), 'ArrowLeft'),
  ]).toEqual([0, 1, 0]);
  expect([next(bar(0, 1), 'ArrowDown'), next(bar(1, 0), 'ArrowUp')]).toEqual([2, 0]);
  expect([next(bar(0, 1), 'ArrowRight'), next(bar(0, 0), 'ArrowUp'), next(bar(0, 0), 'Tab')]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  const last = bar(1, 0);
  expect(last && laneOf(lanes, last)).toBe(1);
});

test('ten thousand tasks in as many lanes as there were at once', () => {
  const rows = Array.from({ length: 10_000 }, (_, i): Row => [Math.floor(i / 8) * 10, 9]);
  expect(lanesOf(tasks(rows)).lanes.map((lane) => lane.length)).toEqual(Array(8).fill(1250));
});
