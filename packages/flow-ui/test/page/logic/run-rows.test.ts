/** The rows of the list of runs while pages come, and while runs go on. */
import type { Happened } from '../../../src/api/messages';
import type { RunEntry } from '../../../src/api/routes';
import { withEnd, withFirstPage, withNextPage } from '../../../src/page/logic/run-rows';

const run = (n: number, more: Partial<RunEntry> = {}): RunEntry => ({
  ...{ pathspec: `movies/${n}`, flow: 'movies', run: n, status: 'done', user: 'ada', namespace: 'user:ada' },
  ...{ tags: [], systemTags: [], startedAt: n, params: {} },
  ...more,
});
const runs = (...numbers: number[]) => numbers.map((n) => run(n));
const numbers = (rows: readonly RunEntry[]) => rows.map((row) => row.run);

test('a run that came in at the top pushes others down, and none is lost', () => {
  expect(numbers(withFirstPage(runs(6, 5, 4, 3, 2), { runs: runs(7, 6, 5), cursor: '5' }))).toEqual([
    7, 6, 5, 4, 3, 2,
  ]);
});

test('a run of the first page that is gone, or not meant any more, is gone from the list', () => {
  expect(numbers(withFirstPage(runs(6, 5, 4, 3, 2), { runs: runs(6, 4, 3), cursor: '3' }))).toEqual([
    6, 4, 3, 2,
  ]);
  expect(numbers(withFirstPage(runs(6, 5, 4), { runs: runs(6) }))).toEqual([6]);
});

test('a first page that nothing is left of', () => {
  expect(numbers(withFirstPage(runs(6, 5, 4, 3), { runs: runs(9, 8), cursor: '8' }))).toEqual([9, 8, 4, 3]);
});

test('the next page comes behind, each run once', () => {
  expect(numbers(withNextPage(runs(6, 5), { runs: runs(5, 4) }))).toEqual([6, 5, 4]);
});

test('a run that ends is told in its row, wherever it is', () => {
  const rows = [run(2), run(1, { status: 'running', current: ['fit'] })];
  const event = { flow: 'movies', run: 1, durationMs: 12, tasks: { done: 3, failed: 1 } };
  const error = { name: 'RangeError', message: 'too deep\nby far' };
  const end: Happened = {
    type: 'event',
    work: 'w',
    at: 0,
    event: { type: 'run-done', status: 'failed', error, ...event },
  };
  expect(withEnd(rows, end)[1]).toEqual(
    run(1, {
      status: 'failed',
      durationMs: 12,
      counts: { done: 3, failed: 1 },
      error: 'RangeError: too deep',
    }),
  );
  expect(withEnd(rows.slice(0, 1), end)).toHaveLength(1);
  expect(withEnd(rows, { ...end, event: { type: 'foreach-empty', step: 'a', over: 'b', joins: [] } })).toBe(
    rows,
  );
});
