import {
  clean,
  cleanTitle,
  cleanYear,
  decadeStats,
  type Film,
  genreStats,
  label,
  mean,
  quantile,
  quartiles,
  ranked,
  readRows,
} from './films';
import { byDecade, byGenre, genre, playlist, start, tables } from './movies.flow';

const rows = readRows();
const { films, report } = clean(rows);
const params = { minVotes: 1000 };

const titled = (title: string, year: number) =>
  films.find((film) => film.title === title && film.year === year);
const film = (title: string, more: Partial<Film> = {}): Film => ({
  title,
  year: 1999,
  genre: 'Drama',
  director: null,
  gross: null,
  rating: null,
  votes: null,
  ...more,
});
const high = film('High', { rating: 8.5, votes: 5000, gross: 40 });
const low = film('Low', { rating: 6.1, votes: 1000, gross: 10, genre: 'Comedy' });
const obscure = film('Obscure', { rating: 9.9, votes: 999, gross: 20, year: 2001 });
const unknown = film('Unknown', { year: null, genre: null });
const few = [low, unknown, high, obscure];

let printed: string[];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line) => void printed.push(line));
});
afterEach(() => jest.restoreAllMocks());

describe('cleaning', () => {
  test('every row is a film, but the one that has no title', () => {
    expect(rows).toHaveLength(3201);
    expect(films).toHaveLength(3200);
    expect(rows.filter((row) => row.Title === null)).toHaveLength(1);
  });

  test('the report counts what was done', () => {
    expect(report).toEqual([
      '3201 rows, 3200 films; dropped: 1 without a title',
      'repaired: 9 titles that were numbers, 20 with wrong letters or spaces, 22 dates a century late',
      'not known: the year of 8, the gross of 54, the genre of 275',
    ]);
  });

  test('a title that is a number in the file is text', () => {
    expect(cleanTitle(300)).toBe('300');
    expect(films.every((film) => typeof film.title === 'string')).toBe(true);
    expect(titled('1941', 1979)?.director).toBe('Steven Spielberg');
  });

  test('letters that were read in the wrong encoding are repaired, right ones are left alone', () => {
    const accented = films.map((film) => film.title).filter((title) => /[^ -~]/.test(title));
    expect(accented).toEqual([
      'Astérix aux Jeux Olympiques',
      "De battre mon coeur s'est arrêté",
      'Les Bronzés 3: amis pour la vie',
      'Per qualche dollaro in più',
      "I Love You … Don't Touch Me!",
      'Alien³',
      'The Naked Gun 2½: The Smell of Fear',
      'Léon',
      'Ri¢hie Ri¢h',
      "Le Fabuleux destin d'Amélie Poulain",
      'Aimée & Jaguar',
      'La mala educación',
      'Caché',
      'Die Fälscher',
      'Déjà Vu',
      'Indigènes',
      'Obsluhoval jsem anglického krále',
      'La Môme',
      'Joyeux Noël',
      'Molière',
    ]);
  });

  test('double spaces in a title become one', () => {
    expect(cleanTitle('Halloween:  The Curse of Michael Myers')).toBe(
      'Halloween: The Curse of Michael Myers',
    );
  });

  test('a date after 2011 is of the century before', () => {
    expect(cleanYear('Dec 15 2039')).toBe(1939);
    expect(cleanYear('Dec 23 2011')).toBe(2011);
    expect(titled('Gone with the Wind', 1939)).toBeDefined();
    const years = films.flatMap((film) => film.year ?? []);
    expect([Math.min(...years), Math.max(...years)]).toEqual([1915, 2011]);
  });

  test('time zero is no date, and the day after it is one', () => {
    expect(cleanYear('Dec 31 1969')).toBeNull();
    expect(titled('Patton', 1970)?.year).toBe(1970);
  });

  test('a gross of 0 was not reported', () => {
    expect(titled('12 Angry Men', 1957)?.gross).toBeNull();
    expect(films.filter((film) => film.gross === 0)).toEqual([]);
  });

  test('a rating comes with its votes, or neither is known', () => {
    expect(films.filter((film) => (film.rating === null) !== (film.votes === null))).toEqual([]);
    expect(films.filter((film) => film.rating === null).length).toBeGreaterThan(200);
  });

  test('title and year tell any two films apart', () => {
    expect(new Set(films.map(label)).size).toBe(films.length);
    expect(titled('King Kong', 1976)).not.toEqual(titled('King Kong', 2005));
  });
});

describe('statistics', () => {
  test('a quantile lies between its neighbours, whatever the order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
    expect(quartiles([10, 20, 30, 40])).toEqual({ q1: 17.5, median: 25, q3: 32.5 });
  });

  test('one value is its own quartiles, and none has none', () => {
    expect(quartiles([7])).toEqual({ q1: 7, median: 7, q3: 7 });
    expect(quartiles([])).toBeNull();
    expect(mean([])).toBeNull();
  });

  test('a quantile leaves its list as it was', () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  test('as many adventures earned more than the median as earned less', () => {
    const { count, gross } = genreStats('Adventure', films, 1000);
    const known = films.flatMap((film) => (film.genre === 'Adventure' ? (film.gross ?? []) : []));
    const median = gross?.median ?? 0;
    expect(count).toBe(274);
    expect(known.filter((value) => value > median).length).toBe(
      known.filter((value) => value < median).length,
    );
  });

  test('films with too few votes are not ranked, equal ratings are ranked by votes', () => {
    const rival = film('Rival', { rating: 8.5, votes: 6000 });
    expect(ranked([...few, rival], 1000).map((film) => film.title)).toEqual(['Rival', 'High', 'Low']);
    expect(ranked(few, 0).map((film) => film.title)).toEqual(['Obscure', 'High', 'Low']);
  });

  test('a decade without ratings and grosses says that it does not know', () => {
    expect(decadeStats(1990, [film('Lost')], 0)).toEqual({
      count: 1,
      meanRating: null,
      medianGross: null,
      best: null,
    });
  });
});

describe('the steps', () => {
  test('start gives the films and the names of their genres', async () => {
    const out = await start.run({ params });
    expect(out.films).toEqual(films);
    expect(out.genres).toHaveLength(12);
    expect(out.genres?.slice(0, 3)).toEqual(['Action', 'Adventure', 'Black Comedy']);
    expect(printed).toEqual(report);
  });

  test('a genre counts all its films, and its best is among those with enough votes', async () => {
    const out = await genre.run({ self: { films: few }, input: 'Drama', index: 0, params });
    expect(out).toEqual({
      stats: { genre: 'Drama', count: 2, gross: { q1: 25, median: 30, q3: 35 }, best: high },
    });
    expect(printed).toEqual(['Drama: 2 films, the best is High (1999)']);
  });

  test('the join keeps the order of the splits and passes the films on', async () => {
    const genres = ['Drama', 'Comedy'];
    const inputs = genres.map((name) => ({ films: few, genres, stats: genreStats(name, few, 1000) }));
    const out = await byGenre.run({ inputs });
    expect(out.genreTable?.map((row) => row.genre)).toEqual(genres);
    expect(out.films).toEqual(few);
    expect(out).not.toHaveProperty('stats');
  });

  test('the decades are a Map with the oldest first, and films without a year stand apart', async () => {
    const { decades, undated } = await byDecade.run({ self: { films: few }, params });
    expect([...(decades ?? [])]).toEqual([
      [1990, { count: 2, meanRating: 7.3, medianGross: 25, best: high }],
      [2000, { count: 1, meanRating: null, medianGross: 20, best: null }],
    ]);
    expect(undated).toEqual([unknown]);
  });

  test('a film that is the best of a genre and of a decade is picked once', async () => {
    const out = await tables.run({
      inputs: {
        byGenre: {
          films: few,
          genreTable: [genreStats('Drama', few, 1000), genreStats('Comedy', few, 1000)],
        },
        byDecade: { films: few, decades: new Map([[1990, decadeStats(1990, few, 1000)]]) },
      },
    });
    expect(out.picks).toEqual(['High (1999)', 'Low (1999)']);
    expect(Object.keys(out)).toEqual(['films', 'genreTable', 'decades', 'picks']);
  });

  test('the playlist has the picks, best first, as the rows that they were', async () => {
    const out = await playlist.run({ self: { films: few, picks: [low, high].map(label) }, params });
    expect(out.playlist).toEqual([high, low]);
    expect(printed).toEqual(['8.5  High (1999)', '6.1  Low (1999)']);
  });

  test('a step names the artifact that a test forgot', async () => {
    await expect(playlist.run({ self: { films: few }, params })).rejects.toMatchObject({
      code: 'FLOW_ARTIFACT_NOT_GIVEN',
    });
  });
});
