/** What the steps show. */
import {
  barChart,
  type Card,
  columns,
  heatmap,
  histogram,
  lineChart,
  row,
  scatter,
  table,
  value,
} from '@nx-flow/core/card';
import { accuracyOf, type Score } from './models';
import { ofSpecies, type Penguin, SPECIES } from './penguins';

/** How good a model is, for that many penguins to learn from. */
export interface Point {
  penguins: number;
  trained: number;
  validated: number;
}

export interface Tested {
  best: Score;
  history: readonly Score[];
  tested: number[][];
  importances: object[];
  mistakes: object[];
  curve: readonly Point[];
}

export function showData(card: Card, { train, test }: { train: Penguin[]; test: Penguin[] }): void {
  const penguins = [...train, ...test];
  const counts = SPECIES.map((species) => ({
    species,
    train: ofSpecies(train, species).length,
    test: ofSpecies(test, species).length,
  }));
  card.title = 'Palmer penguins';
  card.add(`**${penguins.length}** penguins were measured. A model is to tell their species.`);
  card.add(
    columns([
      scatter(penguins, {
        title: 'Beaks',
        x: 'beakLength',
        y: 'beakDepth',
        by: 'species',
        ...named('beak length', 'beak depth', 'mm'),
      }),
      scatter(penguins, {
        title: 'Bodies',
        x: 'flipper',
        y: 'mass',
        by: 'species',
        ...named('flipper', 'mass', 'mm', 'g'),
      }),
    ]),
  );
  card.add(
    columns([
      histogram(
        penguins.map(({ mass }) => mass),
        { title: 'Masses', ...named('mass', 'penguins', 'g', ''), bins: 12 },
      ),
      table(counts, { title: 'The split', totals: true }),
    ]),
  );
  card.add(table(penguins, { title: 'All penguins', pageSize: 10 }));
}

function named(xLabel: string, yLabel: string, xUnit: string, yUnit = xUnit) {
  return { xLabel, yLabel, xUnit, yUnit };
}

export function showScore(card: Card, score: Score): void {
  const byFold = score.folds.map((accuracy, i) => ({ fold: `${i + 1}`, accuracy }));
  card.title = score.name;
  card.add(scoreRow(score));
  card.add(
    columns([
      barChart(byFold, { title: 'By fold', x: 'fold' }),
      confusion(score.confusion, 'Taken for what'),
    ]),
  );
}

export function showScores(card: Card, scores: readonly Score[], best: Score): void {
  const points = scores.map(({ setting, accuracy, trained }) => ({
    model: setting.model,
    trained,
    accuracy,
  }));
  card.title = 'Which model';
  card.add(`**${best.name}** is the best of ${scores.length} settings.`);
  card.add(scoreRow(best));
  card.add(
    columns([
      table(scores.map(scoreCells), { title: 'Settings' }),
      scatter(points, {
        ...{ title: 'Seen and unseen', x: 'trained', y: 'accuracy', by: 'model' },
        ...{ xLabel: 'accuracy on what it has seen', yLabel: 'cross-validated' },
      }),
    ]),
  );
}

export function showReport(
  card: Card,
  { best, history, tested, importances, mistakes, curve }: Tested,
): void {
  const accuracy = accuracyOf(tested);
  card.title = 'Which penguin is it?';
  card.add(`**${best.name}** knows ${percent(accuracy)} of the penguins that were kept for the test.`);
  card.add(
    row([
      value(hundredths(accuracy), { title: 'Test', unit: '%' }),
      value(hundredths(best.accuracy), {
        title: 'Cross-validation',
        unit: '%',
        trend: history.map((score) => score.accuracy),
      }),
      value(mistakes.length, {
        title: 'Mistakes',
        unit: `of ${tested.flat().reduce((sum, n) => sum + n, 0)}`,
      }),
    ]),
  );
  card.add(
    columns([
      confusion(tested, 'The test'),
      barChart(importances, {
        title: 'What it looks at',
        x: 'feature',
        y: 'lost',
        yLabel: 'accuracy lost without it',
      }),
    ]),
  );
  card.add(columns([learningChart(curve), historyChart(history)]));
  card.add(table(mistakes, { title: 'Mistaken' }));
}

/** A row of the table of scores. A cell may be a component: here the folds, as a small line. */
export function scoreCells({ name, accuracy, folds }: Score) {
  return {
    setting: name,
    validated: value(hundredths(accuracy), { unit: '%', trend: folds }),
    worst: hundredths(Math.min(...folds)),
  };
}

/** The rows may grow later: `update()` draws them. */
export function learningChart(curve: readonly Point[]) {
  return lineChart(curve, { title: 'Learning curve', x: 'penguins', yLabel: 'accuracy' });
}

export function historyChart(history: readonly Score[]) {
  return lineChart(roundsOf(history), { title: 'Rounds of refinement', x: 'round', yLabel: 'accuracy' });
}

export function roundsOf(history: readonly Score[]) {
  return history.map(({ accuracy, trained }, round) => ({ round, trained, validated: accuracy }));
}

/** `97.3 %` */
export function percent(share: number): string {
  return `${hundredths(share)} %`;
}

function scoreRow({ accuracy, trained, folds }: Score) {
  return row([
    value(hundredths(accuracy), { title: 'Cross-validation', unit: '%', trend: folds }),
    value(hundredths(Math.min(...folds)), { title: 'Worst fold', unit: '%' }),
    value(hundredths(trained), { title: 'On what it has seen', unit: '%' }),
  ]);
}

function confusion(counts: number[][], title: string) {
  return heatmap(counts, { title, rows: SPECIES, columns: SPECIES, xLabel: 'predicted', yLabel: 'actual' });
}

function hundredths(share: number): number {
  return Math.round(1000 * share) / 10;
}
