/** Addresses of the page. */
import { pathTo, viewOf, withQuery } from '../../../src/page/logic/place';

test.each([
  ['/', { view: 'runs' }],
  ['/runs', { view: 'runs' }],
  ['/run/movies/12', { view: 'run', flow: 'movies', run: 12 }],
  ['/task/movies/12/train/3', { view: 'task', flow: 'movies', run: 12, step: 'train', task: 3 }],
  ['/spins/4', { view: 'spun', n: 4 }],
  ['/spin', { view: 'spin' }],
  ['/compare', { view: 'compare' }],
  ['/start', { view: 'start' }],
  ['/run/movies', { view: 'unknown' }],
  ['/run/movies/x', { view: 'unknown' }],
  ['/run/movies/12/13', { view: 'unknown' }],
  ['/spins/four', { view: 'unknown' }],
  ['/run/%E0%A4%A/1', { view: 'run', flow: '%E0%A4%A', run: 1 }],
])('%s', (path, view) => expect(viewOf(path)).toEqual(view));

test('a pathspec has an address, and an address leads back to it', () => {
  expect(['movies', 'movies/12', 'movies/12/train'].map(pathTo)).toEqual([
    ...['/runs?flow=movies', '/run/movies/12', '/run/movies/12?step=train'],
  ]);
  expect(viewOf(pathTo('mo vies?/12/a&b/3'))).toEqual({
    view: 'task',
    flow: 'mo vies?',
    run: 12,
    step: 'a&b',
    task: 3,
  });
});

test('a query holds what is given, and stays readable', () => {
  expect(withQuery('/runs', { flow: '', tag: 'a,b', q: 'x & y', run: 3, to: undefined })).toBe(
    '/runs?tag=a,b&q=x+%26+y&run=3',
  );
  expect(withQuery('/runs', {})).toBe('/runs');
});
