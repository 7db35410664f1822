/** Comparison, and the commands behind forms. */
import type { TasksReply } from '../../src/api/routes';
import { ordered, timeBars, told } from '../../src/page/logic/compare-rows';
import { inputGroups } from '../../src/page/logic/input-groups';
import { partsOf, runBefore, sameTask } from '../../src/page/logic/same-task';
import { runCommand, spinCommand } from '../../src/page/logic/spin-command';
import { splitOf } from '../../src/page/logic/split';

test('what differs stands first, and is counted', () => {
  const rows = [
    { name: 'a', change: 'same' as const },
    { name: 'b', change: 'changed' as const },
    { name: 'c', change: 'only-b' as const },
  ];
  expect(ordered(rows).map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  expect(told(rows)).toBe('2 differ, 1 is the same');
  expect(told([])).toBe('none');
});

test('times are bars of one scale', () => {
  expect(
    timeBars([
      { name: 'train', a: '100', b: '400', change: 'changed' },
      { name: 'start', a: '1', b: '2', change: 'changed' },
      { name: 'only', b: '40', change: 'only-b' },
    ]),
  ).toEqual([
    { name: 'train', a: 100, b: 400, aPart: 0.25, bPart: 1, factor: 4 },
    { name: 'start', a: 1, b: 2, aPart: 1 / 400, bPart: 2 / 400 },
    { name: 'only', b: 40, aPart: 0, bPart: 0.1 },
  ]);
});

test('the command of a form is quoted for a shell', () => {
  const request = {
    flow: 'movies',
    step: 'genre',
    run: 12,
    index: [2, 0],
    set: { name: '"it\'s"', list: '["a b"]', other: '"5"' },
    params: { minVotes: '5', text: '"x y"' },
  };
  expect(spinCommand(request, { name: '"a"', other: '5' })).toBe(
    `npx nx-flow spin movies 12/genre --index=2,0 --params.minVotes=5 '--params.text=x y' '--set.name=it'\\''s' '--set.list=["a b"]' '--set.other="5"'`,
  );
  expect(runCommand('movies', { a: '"$(rm)"' }, ['x'])).toBe(
    `npx nx-flow run movies '--params.a=$(rm)' --tag=x`,
  );
});

test('a split is read', () => {
  expect(splitOf('2,0')).toEqual([2, 0]);
  expect(splitOf('2.0')).toEqual([2, 0]);
  expect(splitOf('')).toEqual([]);
  expect(splitOf('-1')).toMatch(/number from 0/);
});

test('inputs of a join are those of each task before it', () => {
  const entry = (name: string, pathspec: string) => ({ name, pathspec, type: 'number', size: 1, digest: '' });
  const [a, b] = [entry('n', 'f/1/work/2'), entry('n', 'f/1/work/3')];
  expect(inputGroups([a, b, entry('m', 'f/1/work/2'), a])).toEqual([
    { pathspec: 'f/1/work/2', entries: [a, entry('m', 'f/1/work/2')] },
    { pathspec: 'f/1/work/3', entries: [b] },
  ]);
  expect(inputGroups([a, entry('m', 'f/1/start/1')])).toHaveLength(1);
  expect(inputGroups([])).toEqual([]);
});

test('a task is compared with that of the same step and split in the run before', () => {
  const tasks = (...rows: [step: number, task: number, index: string][]) =>
    ({
      steps: ['start', 'train'],
      step: rows.map(([step]) => step),
      task: rows.map(([, task]) => task),
      index: rows.map(([, , index]) => index),
    }) as unknown as TasksReply;
  const own = tasks([0, 1, ''], [1, 3, '0'], [1, 2, '1'], [1, 4, '1']);
  const other = tasks([0, 1, ''], [1, 2, '0'], [1, 7, '1'], [1, 5, '1']);
  expect(sameTask(own, other, 'train', 3)).toBe(2);
  expect(sameTask(own, other, 'train', 4)).toBe(7);
  expect(sameTask(own, tasks([0, 1, '']), 'train', 3)).toBeUndefined();
  expect(sameTask(own, other, 'train', 9)).toBeUndefined();
  expect(runBefore([{ run: 5 }, { run: 3 }, { run: 2 }], 3)).toBe(2);
  expect(runBefore([{ run: 5 }, { run: 1 }], 1)).toBe(5);
  expect(runBefore([{ run: 1 }], 1)).toBeUndefined();
  expect(partsOf('movies/12/train/3')).toEqual({ flow: 'movies', run: 12, step: 'train', task: 3 });
  expect(partsOf('movies/12')).toEqual({ flow: 'movies', run: 12 });
  expect(partsOf('movies/12/train')).toBeUndefined();
});
