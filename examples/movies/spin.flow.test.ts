// Spins and runs of the whole flow in unit tests. `movies.flow.test.ts` has the functions and the bodies alone.
import '@nx-flow/core/testing/jest';
import { Runner } from '@nx-flow/core/testing';
import { type Film, label } from './films';
import movies, { byDecade, genre, playlist, tables } from './movies.flow';

const film = (title: string, rating: number, votes = 5000): Film => ({
  title,
  year: 1999,
  genre: 'Drama',
  director: null,
  gross: 10,
  rating,
  votes,
});

const runner = new Runner(movies);
afterAll(() => runner.dispose());

test('a genre is spun on two films, without any run', async () => {
  const films = [film('Good', 7), film('Best', 9), film('Obscure', 10, 3)];
  const spun = await runner.spin(genre, { artifacts: { films, genres: ['Drama'] } });
  expect(spun).toSucceed();
  expect(spun.artifacts.stats.best?.title).toBe('Best');
  expect(spun.stdout).toBe('Drama: 3 films, the best is Best (1999)\n');
});

test('a parameter decides which films are ranked', async () => {
  const films = [film('Best', 9), film('Obscure', 10, 3)];
  const artifacts = { films, picks: films.map(label) };
  expect(await runner.spin(playlist, { artifacts })).toHaveArtifact('playlist', [films[0]]);
  const all = await runner.spin(playlist, { artifacts, params: { minVotes: 0 } });
  expect(all).toHaveArtifact('playlist', [films[1], films[0]]);
});

test('a step that is given nothing to work on fails, and says what it misses', async () => {
  const spun = await runner.spin(byDecade, { artifacts: {} });
  expect(spun).toFailWith('self.films');
});

test('the whole flow runs, and its steps are spun on what it recorded', async () => {
  const ran = await runner.run({ params: { minVotes: 50_000 } });
  expect(ran).toSucceed();
  const films = await ran.run.artifacts.playlist;
  expect(films.every(({ votes }) => (votes ?? 0) >= 50_000)).toBe(true);
  const crime = await runner.spin(genre, { from: ran, index: 4 });
  expect(crime.origin).toMatch(/^movies\/1\/genre\//);
  const none = await runner.spin(tables, { from: ran, artifacts: { byGenre: { genreTable: [] } } });
  expect(none.artifacts.picks.length).toBeLessThan(films.length);
});
