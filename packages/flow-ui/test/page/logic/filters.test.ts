/** The filters of the list of runs, and the address. */
import { filtersOf, nextSort, runsCommand, runsPath, tagsOf, toggled } from '../../../src/page/logic/filters';

const of = (query: string) => filtersOf(new URLSearchParams(query));

test('what an address asks for is what the server is asked', () => {
  const filters = of('flow=movies&status=done,failed&param=rate%3D0.1&q=a%26b&page=3&pick=movies/1');
  expect(filters).toEqual({ flow: 'movies', status: 'done,failed', param: 'rate=0.1', q: 'a&b' });
  const path = runsPath(filters, '[1,"movies",2]');
  expect(Object.fromEntries(new URLSearchParams(path.split('?')[1]))).toEqual({
    ...filters,
    limit: '50',
    cursor: '[1,"movies",2]',
  });
});

test('blanks and commas separate tags', () =>
  expect(tagsOf(' mine  best,mine, new ')).toEqual(['mine', 'best', 'new']));

test('an empty filter is none', () => expect(of('flow=&q=')).toEqual({}));

test('words of a filter are put in and taken out', () => {
  expect([toggled(undefined, 'done'), toggled('done', 'failed'), toggled('done, failed', 'done')]).toEqual([
    ...['done', 'done,failed', 'failed'],
  ]);
});

test('the same column again turns the order round', () => {
  expect([
    nextSort(undefined, 'started'),
    nextSort('started', 'started'),
    nextSort(undefined, 'flow'),
  ]).toEqual([...['started', '-started', 'flow']]);
  expect([nextSort('flow', 'flow'), nextSort('flow', 'duration')]).toEqual(['-flow', '-duration']);
});

test.each([
  ['', undefined],
  ['flow=movies', { command: 'nx-flow runs movies', exact: true }],
  ['flow=movies&sort=-started', { command: 'nx-flow runs movies', exact: true }],
  [
    'flow=movies&status=failed&tag=a,it%27s&user=ada',
    { command: `nx-flow runs movies --status=failed --tag=a --tag='it'\\''s' --user=ada`, exact: true },
  ],
  ['flow=movies&status=failed,done', { command: 'nx-flow runs movies', exact: false }],
  ['flow=movies&q=x', { command: 'nx-flow runs movies', exact: false }],
])('the command of %s', (query, command) => expect(runsCommand(of(query))).toEqual(command));
