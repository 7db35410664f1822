/** MovieStats: 3,201 real films, cleaned; statistics by genre and by decade; a playlist of the best. */
import { flow, merge } from '@nx-flow/core';
import { z } from 'zod';
import { clean, decadeStats, decadesOf, genreStats, genresOf, label, ranked, readRows } from './films';

const f = flow('movies', {
  params: {
    minVotes: z.coerce
      .number()
      .int()
      .nonnegative()
      .default(1000)
      .describe('films with fewer IMDB votes are left out of ratings'),
  },
});

export const start = f.start(() => {
  const { films, report } = clean(readRows());
  for (const line of report) console.log(line);
  return { films, genres: genresOf(films) };
});

// One branch: a task for each genre, then their results in one table.
export const genre = f.foreach('genre', { after: start, over: 'genres' }, ({ self, input, params }) => {
  const stats = genreStats(input, self.films, params.minVotes);
  console.log(`${input}: ${stats.count} films, the best is ${stats.best ? label(stats.best) : 'not known'}`);
  return { stats };
});

export const byGenre = f.join('byGenre', { after: genre }, ({ inputs }) => {
  const genreTable = inputs.map((input) => input.stats);
  console.log(`${genreTable.length} genres, ${genreTable.reduce((n, row) => n + row.count, 0)} films`);
  return { ...merge(inputs, { exclude: ['stats'] }), genreTable };
});

// The other branch, at the same time: a Map from decade to its statistics.
export const byDecade = f.step('byDecade', { after: start }, ({ self, params }) => {
  const decades = new Map(
    decadesOf(self.films).map((decade) => [decade, decadeStats(decade, self.films, params.minVotes)]),
  );
  const undated = self.films.filter((film) => film.year === null);
  console.log(`${decades.size} decades; ${undated.length} films without a year are left out`);
  return { decades, undated };
});

export const tables = f.gather('tables', { after: { byGenre, byDecade } }, ({ inputs }) => {
  const { genreTable } = inputs.byGenre;
  const { decades } = inputs.byDecade;
  const best = [...genreTable, ...decades.values()].flatMap((row) => row.best ?? []);
  const picks = [...new Set(best.map(label))];
  console.log(`${picks.length} films are the best of a genre or a decade`);
  return { ...merge(inputs), picks };
});

export const playlist = f.step('playlist', { after: tables }, ({ self, params }) => {
  const picks = new Set(self.picks);
  const playlist = ranked(self.films, params.minVotes).filter((film) => picks.has(label(film)));
  for (const film of playlist) console.log(`${film.rating.toFixed(1)}  ${label(film)}`);
  return { playlist };
});

export default f.end(playlist);
