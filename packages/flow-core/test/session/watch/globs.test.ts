import { globMatcher } from '../../../src/session/watch/globs';

const names = (globs: string[], path: string) => globMatcher(globs, '/w/app')(path);

test.each<[glob: string, path: string, named: boolean]>([
  ['data.csv', '/w/app/data.csv', true],
  ['data.csv', '/w/app/dataxcsv', false],
  ['data', '/w/app/data/deep/a.csv', true],
  ['data/*.csv', '/w/app/data/a.csv', true],
  ['data/*.csv', '/w/app/data/deep/a.csv', false],
  ['data/**/*.csv', '/w/app/data/a.csv', true],
  ['data/**/*.csv', '/w/app/data/deep/er/a.csv', true],
  ['**/*.csv', '/w/app/a.csv', true],
  ['**/*.csv', '/w/other/a.csv', false],
  ['data/?.csv', '/w/app/data/ab.csv', false],
  ['data/[ab].csv', '/w/app/data/b.csv', true],
  ['data/[!ab].csv', '/w/app/data/b.csv', false],
  ['data/*.{csv,json}', '/w/app/data/a.json', true],
  ['data/{a,b}/*.csv', '/w/app/data/b/x.csv', true],
  ['a,b.csv', '/w/app/a,b.csv', true],
  ['../shared/*.csv', '/w/shared/a.csv', true],
  // What is not understood names too much, rather than too little.
  ['data/+(a|b).csv', '/w/app/data/c.csv', true],
])('%s names %s: %s', (glob, path, named) => {
  expect(names([glob], path)).toBe(named);
});

test('what is left out is left out, and a later glob may take it in again', () => {
  const globs = ['data/**', '!data/draft/**', 'data/draft/kept.csv'];
  expect(names(globs, '/w/app/data/a.csv')).toBe(true);
  expect(names(globs, '/w/app/data/draft/a.csv')).toBe(false);
  expect(names(globs, '/w/app/data/draft/kept.csv')).toBe(true);
});

test('the name of a folder is no glob', () => {
  expect(globMatcher(['*.csv'], '/w/app/[id]')('/w/app/[id]/a.csv')).toBe(true);
});
