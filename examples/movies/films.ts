/** The films of vega-datasets: reading and cleaning them, and the few statistics that the flow computes. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A row as the file has it, with the columns that we use. Anything else in them is an error, not a guess. */
const Row = z.object({
  Title: z.union([z.string(), z.number()]).nullable(),
  'Release Date': z.string().regex(/^[A-Z][a-z]{2} \d{2} \d{4}$/),
  'Major Genre': z.string().nullable(),
  Director: z.string().nullable(),
  'Worldwide Gross': z.number().nullable(),
  'IMDB Rating': z.number().nullable(),
  'IMDB Votes': z.number().nullable(),
});
export type Row = z.output<typeof Row>;

/** A cleaned film. What is not known is null. */
export interface Film {
  title: string;
  year: number | null;
  genre: string | null;
  director: string | null;
  /** Worldwide, in dollars. */
  gross: number | null;
  /** Of IMDB, 1 to 10. */
  rating: number | null;
  votes: number | null;
}
export type RatedFilm = Film & { rating: number; votes: number };

export interface Cleaned {
  films: Film[];
  /** What cleaning did, one line each. */
  report: string[];
}

export interface Quartiles {
  q1: number;
  median: number;
  q3: number;
}

export interface GenreStats {
  genre: string;
  count: number;
  /** Of the worldwide gross; null if it is known of no film. */
  gross: Quartiles | null;
  best: Film | null;
}

export interface DecadeStats {
  count: number;
  meanRating: number | null;
  medianGross: number | null;
  best: Film | null;
}

/** Reads data/movies.json. The package exports its code only, so its data is found from there. */
export function readRows(): Row[] {
  const file = join(dirname(require.resolve('vega-datasets')), '../data/movies.json');
  return z.array(Row).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Windows-1252 that was once read as Mac Roman: `LÈon` is `Léon`. These are all the letters that occur. */
const GARBLED: Record<string, string> = {
  È: 'é',
  Ë: 'è',
  Í: 'ê',
  Î: 'ë',
  '‡': 'à',
  '·': 'á',
  '‰': 'ä',
  Û: 'ó',
  Ù: 'ô',
  '˘': 'ù',
  Ω: '½',
  Ö: '…',
};

/** A title as text (`300` is a number in the file), its letters repaired, without double spaces. */
export function cleanTitle(title: string | number): string {
  return Array.from(String(title), (letter) => GARBLED[letter] ?? letter)
    .join('')
    .replace(/\s+/g, ' ');
}

/** The file is of 2010 and knows two films of 2011; later years are of the century before (`Dec 15 2039`). */
const NEWEST = 2011;
/** A film without a date got time zero, which was still 1969 west of Greenwich. */
const NO_DATE = 'Dec 31 1969';

export function cleanYear(date: string): number | null {
  if (date === NO_DATE) return null;
  const year = writtenYear(date);
  return year > NEWEST ? year - 100 : year;
}

function writtenYear(date: string): number {
  return Number(date.slice(-4));
}

/** Drops films without a title; repairs titles and years; turns what stands for "unknown" into null. */
export function clean(rows: readonly Row[]): Cleaned {
  const films: Film[] = [];
  const count = { untitled: 0, numbers: 0, garbled: 0, centuries: 0, undated: 0, noGross: 0 };
  for (const row of rows) {
    if (row.Title === null) {
      count.untitled++;
      continue;
    }
    const film = {
      title: cleanTitle(row.Title),
      year: cleanYear(row['Release Date']),
      genre: row['Major Genre'],
      director: row.Director,
      gross: row['Worldwide Gross'] || null, // 0 is "not reported": 12 Angry Men did not earn nothing
      rating: row['IMDB Rating'],
      votes: row['IMDB Votes'],
    };
    films.push(film);
    if (typeof row.Title === 'number') count.numbers++;
    else if (film.title !== row.Title) count.garbled++;
    if (film.year === null) count.undated++;
    else if (film.year !== writtenYear(row['Release Date'])) count.centuries++;
    if (film.gross === null) count.noGross++;
  }
  const report = [
    `${rows.length} rows, ${films.length} films; dropped: ${count.untitled} without a title`,
    `repaired: ${count.numbers} titles that were numbers, ${count.garbled} with wrong letters or spaces, ${count.centuries} dates a century late`,
    `not known: the year of ${count.undated}, the gross of ${count.noGross}, the genre of ${films.filter((f) => f.genre === null).length}`,
  ];
  return { films, report };
}

/** The quantile `p` (0 to 1), interpolated between neighbours; null of an empty list. */
export function quantile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

export function quartiles(values: readonly number[]): Quartiles | null {
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((p) => quantile(values, p));
  return q1 == null || median == null || q3 == null ? null : { q1, median, q3 };
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The grosses that are known. */
export function grosses(films: readonly Film[]): number[] {
  return films.flatMap((film) => film.gross ?? []);
}

/** The films with at least `minVotes` votes, best first: by rating, then by votes, then by title. */
export function ranked(films: readonly Film[], minVotes: number): RatedFilm[] {
  return films.filter((film) => isRated(film, minVotes)).sort(byRating);
}

function isRated(film: Film, minVotes: number): film is RatedFilm {
  return film.rating !== null && film.votes !== null && film.votes >= minVotes;
}

function byRating(a: RatedFilm, b: RatedFilm): number {
  return b.rating - a.rating || b.votes - a.votes || (a.title < b.title ? -1 : 1);
}

/** `Léon (1994)`: title and year tell any two films apart. */
export function label(film: Film): string {
  return `${film.title} (${film.year ?? 'year unknown'})`;
}

export function genresOf(films: readonly Film[]): string[] {
  return [...new Set(films.flatMap((film) => film.genre ?? []))].sort();
}

export function genreStats(genre: string, all: readonly Film[], minVotes: number): GenreStats {
  const films = all.filter((film) => film.genre === genre);
  const best = ranked(films, minVotes)[0] ?? null;
  return { genre, count: films.length, gross: quartiles(grosses(films)), best };
}

export function decadesOf(films: readonly Film[]): number[] {
  return [...new Set(films.flatMap((film) => decadeOf(film) ?? []))].sort((a, b) => a - b);
}

export function decadeStats(decade: number, all: readonly Film[], minVotes: number): DecadeStats {
  const films = all.filter((film) => decadeOf(film) === decade);
  const rated = ranked(films, minVotes);
  return {
    count: films.length,
    meanRating: mean(rated.map((film) => film.rating)),
    medianGross: quantile(grosses(films), 0.5),
    best: rated[0] ?? null,
  };
}

function decadeOf(film: Film): number | null {
  return film.year === null ? null : Math.floor(film.year / 10) * 10;
}
