/** The flows of the tests, as text: they are written into workspaces. */

/** A foreach and a join over three films, with parameters of several kinds. */
export const MOVIES = `
import { flow } from '@nx-flow/core';
import { z } from 'zod';

const f = flow('movies', {
  params: {
    minVotes: z.coerce.number().default(1000),
    sha: z.string().default('none'),
    parallel: z.string().default('none'),
  },
});

export const start = f.start(({ params }) => {
  const films = [
    { title: 'Heat', genre: 'crime', votes: 900 },
    { title: 'Alien', genre: 'horror', votes: 2000 },
    { title: 'Jaws', genre: 'horror', votes: 3000 },
  ];
  const kept = films.filter((film) => film.votes >= params.minVotes);
  return { films: kept, genres: ['crime', 'horror'], given: { ...params } };
});

export const genre = f.foreach('genre', { after: start, over: 'genres' }, ({ self, input }) => {
  console.log('looking at ' + input);
  return { count: self.films.filter((film) => film.genre === input).length };
});

export const playlist = f.join('playlist', { after: genre }, ({ inputs, params }) => {
  console.log('a playlist');
  return { counts: inputs.map((input) => input.count), sha: params.sha };
});

export default f.end(playlist);
`;

/** Two steps, of any name; what the second does is given. */
export const small = (name: string, body = '({ self }) => ({ twice: self.one * 2 })') => `
import { flow } from '@nx-flow/core';

const f = flow('${name}');
export const start = f.start(() => ({ one: 1 }));
export const double = f.step('double', { after: start }, ${body});
export default f.end(double);
`;

/** Tells what it was given: any number of texts. */
export const texts = (names: string[]) => `
import { flow } from '@nx-flow/core';
import { z } from 'zod';

const f = flow('texts', { params: { ${names.map((name) => `'${name}': z.string()`).join(', ')} } });
export const start = f.start(({ params }) => ({ given: { ...params } }));
export default f.end(start);
`;
