/** The penguins of vega-datasets: reading, cleaning and dealing them out. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export const SPECIES = ['Adelie', 'Chinstrap', 'Gentoo'] as const;
export type Species = (typeof SPECIES)[number];

/** What a model is told of a penguin. The island is left out: Gentoos live on one only, so it would give them away. */
export const FEATURES = ['beakLength', 'beakDepth', 'flipper', 'mass'] as const;
export type Feature = (typeof FEATURES)[number];

/** A row as the file has it. Anything else in it is an error, not a guess. */
const Row = z.object({
  Species: z.enum(SPECIES),
  Island: z.enum(['Biscoe', 'Dream', 'Torgersen']),
  'Beak Length (mm)': z.number().nullable(),
  'Beak Depth (mm)': z.number().nullable(),
  'Flipper Length (mm)': z.number().nullable(),
  'Body Mass (g)': z.number().nullable(),
  Sex: z.enum(['MALE', 'FEMALE', '.']).nullable(),
});
export type Row = z.output<typeof Row>;

/** A penguin that was measured: lengths in millimetres, the mass in grams. */
export interface Penguin extends Record<Feature, number> {
  species: Species;
  island: Row['Island'];
  /** Null where nobody noted it. */
  sex: 'male' | 'female' | null;
}

/** Reads data/penguins.json. The package exports its code only, so its data is found from there. */
export function readRows(): Row[] {
  const file = join(dirname(require.resolve('vega-datasets')), '../data/penguins.json');
  return z.array(Row).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Drops the penguins that nobody measured; a sex of "." was not noted. */
export function clean(rows: readonly Row[]): Penguin[] {
  return rows.flatMap((row) => {
    const measures = {
      beakLength: row['Beak Length (mm)'],
      beakDepth: row['Beak Depth (mm)'],
      flipper: row['Flipper Length (mm)'],
      mass: row['Body Mass (g)'],
    };
    if (!isMeasured(measures)) return [];
    const sex = row.Sex === 'MALE' ? 'male' : row.Sex === 'FEMALE' ? 'female' : null;
    return { species: row.Species, island: row.Island, sex, ...measures };
  });
}

function isMeasured(measures: Record<Feature, number | null>): measures is Record<Feature, number> {
  return Object.values(measures).every((measure) => measure !== null);
}

/** The items in an order that depends on the seed, and on nothing else. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, key: createHash('sha256').update(`${seed}:${i}`).digest('hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}

/** Keeps a share for the test. It has as large a part of each species as the rest has. */
export function split(penguins: readonly Penguin[], { share, seed }: { share: number; seed: number }) {
  const train: Penguin[] = [];
  const test: Penguin[] = [];
  for (const species of SPECIES) {
    const own = shuffled(ofSpecies(penguins, species), seed);
    const kept = Math.round(own.length * share);
    test.push(...own.slice(0, kept));
    train.push(...own.slice(kept));
  }
  return { train, test };
}

/** One of `folds` folds: what is trained on, and what is looked at then. Each has its part of each species. */
export function foldOf(penguins: readonly Penguin[], fold: number, folds: number) {
  const isHeld = SPECIES.flatMap((species) =>
    ofSpecies(penguins, species).map((penguin, i) => ({ penguin, held: i % folds === fold })),
  );
  return {
    rest: isHeld.filter(({ held }) => !held).map(({ penguin }) => penguin),
    held: isHeld.filter(({ held }) => held).map(({ penguin }) => penguin),
  };
}

export function ofSpecies(penguins: readonly Penguin[], species: Species): Penguin[] {
  return penguins.filter((penguin) => penguin.species === species);
}
