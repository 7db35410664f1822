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
  genre.began(12);
  expect(spins(genre)).toEqual(['movies', '12/genre', '--index=2']);
  genre.takeRun('');
  expect([spins(genre)[1], genre.takesNewest]).toEqual(['genre', true]);
  genre.takeRun('9');
  expect([spins(genre)[1], genre.takesNewest]).toEqual(['9/genre', false]);
});

test('a run that was held on to is let go where it has nothing for the step; one that was asked for is not', () => {
  const held = choice(['movies', 'genre']);
  held.began(12);
  expect(held.refused('FLOW_SYNTAX')).toBeUndefined();
  expect(held.refused('FLOW_NO_INPUTS')).toBe('again');
  expect(spins(held)[1]).toBe('genre');
  expect(held.began(13)).toBe(12);
  expect(held.began(13)).toBeUndefined();
  expect(choice(['movies', '12/genre']).refused('FLOW_NO_INPUTS')).toBeUndefined();
});

test('where no other run has anything either, it is held on to: the code may be mended', () => {
  const held = choice(['movies', 'genre']);
  held.began(12);
  held.refused('FLOW_NO_INPUTS');
  expect(held.refused('FLOW_NO_INPUTS')).toBeUndefined();
  expect(spins(held)[1]).toBe('12/genre');
});

test.each<[string, string, (genre: Choice) => void]>([
  ['step', 'FLOW_STEP_NOT_FOUND', (genre) => genre.takeStep('bogus')],
  ['index', 'FLOW_NO_INPUTS', (genre) => genre.takeIndex('2,7')],
  ['run', 'FLOW_RUN_NOT_FOUND', (genre) => genre.takeRun('99')],
])(
  'a %s that a key has chosen, and that is refused, leaves what there was, with its run',
  (_, code, take) => {
    const genre = choice(['movies', 'genre'], { index: '2' });
    genre.began(12, [{ index: 2, count: 5 }]);
    take(genre);
    // The code cannot be executed: nothing is said of the choice.
    expect(genre.refused('FLOW_SYNTAX')).toBeUndefined();
    expect(genre.refused(code)).toBe('back');
    expect(spins(genre)).toEqual(['movies', '12/genre', '--index=2']);
    // It was refused once: what is refused now is the code's.
    expect(genre.refused('FLOW_INDEX')).toBeUndefined();
  },
);

test('a step that the run has no inputs for may have some in another run; in none, and both stay', () => {
  const genre = choice(['movies', 'genre']);
  genre.began(12);
  genre.takeStep('tables');
  expect([genre.refused('FLOW_NO_INPUTS'), spins(genre)[1]]).toEqual(['again', 'tables']);
  expect([genre.refused('FLOW_NO_INPUTS'), spins(genre)[1]]).toEqual(['back', '12/genre']);
});

test('an index is refused at once where the splits are known', () => {
  const genre = choice(['movies', 'genre']);
  genre.began(12, [
    { index: 1, count: 3 },
    { index: 0, count: 2 },
  ]);
  expect(genre.withoutIndex).toBeUndefined();
  expect(() => genre.takeIndex('7')).toThrow('"genre" has 3 splits there: an index is 0 to 2, not 7.');
  expect(() => genre.takeIndex('1,2')).toThrow('"genre" has 2 splits there: an index is 0 to 1, not 2.');
  // Another split of the outer one may have more.
  genre.takeIndex('2,2');
  genre.began(12, []);
  expect(genre.withoutIndex).toBe('"genre" stands in no foreach: it has one task, and no index.');
  genre.takeStep('tables');
  expect(genre.withoutIndex).toBeUndefined();
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
