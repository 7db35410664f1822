/** Which rows of a long list are in sight. */
import { rowsInSight, scrollTo } from '../../../src/page/logic/window';

const sight = (more = {}) => ({ scrolled: 0, height: 100, row: 20, count: 1000, spare: 2, ...more });

test.each([
  ['at the top', {}, 0, 7],
  ['below the top of the page', { scrolled: -60 }, 0, 4],
  ['in the middle', { scrolled: 410 }, 18, 28],
  ['at the end', { scrolled: 19_900 }, 993, 1000],
  ['far below the sight', { scrolled: -500 }, 0, 0],
  ['far above the sight', { scrolled: 90_000 }, 1000, 1000],
  ['empty', { count: 0 }, 0, 0],
])('%s', (_, more, first, end) => expect(rowsInSight(sight(more))).toEqual({ first, end }));

test('a row that is not wholly in sight is scrolled to, by as little as it takes', () => {
  const at = sight({ scrolled: 400 });
  expect([19, 20, 22, 24, 25, 30].map((row) => scrollTo(row, at, 0))).toEqual([-20, 0, 0, 0, 20, 120]);
  // The head of the list covers a row and a half.
  expect([21, 22].map((row) => scrollTo(row, at, 30))).toEqual([-10, 0]);
});
