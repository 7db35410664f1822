import { Choice } from '../../../src/cli/watch/choice';

const choice = (positionals: string[], options = {}) =>
  new Choice('movies', { positionals, options, params: { size: '3' }, set: { zip: '02134' } });
const spins = (chosen: Choice, ...more: string[]) =>
  chosen.argv(more).filter((arg) => !/params|set/.test(arg));

test('the command line of a spin is that of the watch', () => {
  const given = choice(['movies', 'genre'], {
    watch: true,
    json: true,
    with: ['timeout=5s'],
    'no-env': undefined,
  });
  expect(given.argv([])).toEqual([
    'movies',
    'genre',
    '--with=timeout=5s',
    '--params.size=3',
    '--set.zip=02134',
  ]);
});

test('it stays with the run whose inputs were used, until another is asked for', () => {
  const genre = choice(['movies', 'genre'], { index: '2' });
  expect(spins(genre)).toEqual(['movies', 'genre', '--index=2']);
  genre.hold(12);
  expect(spins(genre)).toEqual(['movies', '12/genre', '--index=2']);
  genre.takeRun('');
  expect([spins(genre)[1], genre.takesNewest]).toEqual(['genre', true]);
  genre.takeRun('9');
  expect([spins(genre)[1], genre.takesNewest]).toEqual(['9/genre', false]);
});

test('a run that was held on to is let go where it has nothing for the step; one that was asked for is not', () => {
  const held = choice(['movies', 'genre']);
  held.hold(12);
  expect(held.letGo('FLOW_SYNTAX')).toBe(false);
  expect(held.letGo('FLOW_NO_INPUTS')).toBe(true);
  expect(held.letGo('FLOW_NO_INPUTS')).toBe(false);
  expect(spins(held)[1]).toBe('genre');
  expect(choice(['movies', '12/genre']).letGo('FLOW_NO_INPUTS')).toBe(false);
});

test('keys choose another split, another step, all splits once', () => {
  const genre = choice(['movies', '12/genre/3']);
  expect(spins(genre)).toEqual(['movies', '12/genre/3']);
  expect(spins(genre, '--all')).toEqual(['movies', '12/genre', '--all']);
  genre.takeIndex('5');
  expect(spins(genre)).toEqual(['movies', '12/genre', '--index=5']);
  genre.takeStep('tables');
  expect([spins(genre), genre.step]).toEqual([['movies', '12/tables'], 'tables']);
});

test('what is typed wrongly is refused, and the former choice stays', () => {
  const genre = choice(['movies', '12/genre/3']);
  expect(() => genre.takeRun('abc')).toThrow(
    '"abc" is not the number of a run, such as 12. Enter alone takes the newest.',
  );
  expect(() => genre.takeStep('--all')).toThrow('"--all" is not a pathspec.');
  expect(() => genre.takeStep('13')).toThrow('"13" names no step. The key r takes another run.');
  expect(() => genre.takeIndex('abc')).toThrow('takes numbers from 0');
  expect(spins(genre)).toEqual(['movies', '12/genre/3']);
  genre.takeStep('13/tables/4');
  expect(spins(genre)).toEqual(['movies', '13/tables/4']);
});

test.each<[string, string[], object]>([
  ['Which step? nx-flow spin movies <step> --watch', ['movies'], {}],
  ['The step is given twice', ['movies', 'genre'], { step: 'genre' }],
  ['The pathspec names run 12, and --origin run 13', ['movies', '12/genre'], { origin: 13 }],
])('%s', (message, positionals, options) => {
  expect(() => choice(positionals, options)).toThrow(message);
});
