/** Which species is it? Models are cross-validated, the best is refined, tested once, and kept. */
import { ml } from '@nx-flow/codecs/ml';
import { flow, merge, oneOf, param } from '@nx-flow/core';
import { columns, progress, table } from '@nx-flow/core/card';
import { z } from 'zod';
import * as cards from './cards';
import * as models from './models';
import { clean, readRows, shuffled, split } from './penguins';

const whole = () => z.coerce.number().int();
const share = () => z.coerce.number().gt(0).lt(1);

const f = flow('penguins', {
  codecs: [ml],
  params: {
    seed: whole().default(42).describe('of the split and of the forests: the same seed gives the same model'),
    test: share().default(0.25).describe('the share of the penguins that is kept for the test'),
    folds: whole().min(2).max(20).default(5).describe('of the cross-validation'),
    trees: param
      .json(z.array(z.number().int().positive()))
      .default([5, 15])
      .describe('how many trees the first forests have'),
    target: share().default(0.98).describe('a cross-validated accuracy that is good enough'),
    rounds: whole().min(1).max(20).default(4).describe('how often the best setting is refined at most'),
  },
});

export const start = f.start(({ params, card }) => {
  const rows = readRows();
  const penguins = clean(rows);
  const { train, test } = split(penguins, { share: params.test, seed: params.seed });
  console.log(`${rows.length} rows, ${penguins.length} penguins that were measured`);
  console.log(`${train.length} to train on, ${test.length} to test`);
  cards.showData(card, { train, test });
  return {
    train,
    test,
    settings: models.settingsOf(params.trees),
    folds: Array.from({ length: params.folds }, (_, fold) => fold),
  };
});

// A foreach in a foreach: every setting, on every fold.
export const candidate = f.foreach('candidate', { after: start, over: 'settings' }, ({ input }) => ({
  setting: input,
}));

export const fold = f.foreach('fold', { after: candidate, over: 'folds' }, ({ self, input, params }) => ({
  result: models.validate(self.setting, self.train, { ...params, fold: input }),
}));

export const validated = f.join('validated', { after: fold }, ({ inputs, card }) => {
  const { setting, ...rest } = merge(inputs, { exclude: ['result'] });
  const results = inputs.map(({ result }) => result);
  const score = models.scoreOf(setting, results);
  console.log(`${score.name}: ${cards.percent(score.accuracy)}`);
  cards.showScore(card, score);
  return { ...rest, score };
});

export const chosen = f.join('chosen', { after: validated }, ({ inputs, card }) => {
  const scores = models.ranked(inputs.map(({ score }) => score));
  const [best] = scores as [models.Score];
  console.log(`the best is ${best.name}: ${cards.percent(best.accuracy)}`);
  cards.showScores(card, scores, best);
  return { ...merge(inputs, { include: ['train', 'test'] }), scores, best, history: [best] };
});

export const judge = f.switch(
  'judge',
  { after: chosen, on: 'verdict', cases: ['good', 'refine'] },
  ({ self, params }) => {
    const verdict = self.best.accuracy >= params.target ? 'good' : 'refine';
    console.log(`${cards.percent(self.best.accuracy)} of ${cards.percent(params.target)}: ${verdict}`);
    return { verdict };
  },
);

// Tries what differs from the best setting by one step, until nothing there is better.
export const refine = f.loop(
  'refine',
  { after: judge.when('refine'), while: 'improving', max: 20 },
  ({ self, params, iteration, card }) => {
    const known = new Set(self.scores.map(({ name }) => name));
    const untried = models.neighbours(self.best.setting).filter((one) => !known.has(models.nameOf(one)));
    card.title = `Round ${iteration + 1}`;
    card.add(`What differs by one step from **${self.best.name}**:`);
    const done = card.add(progress({ total: untried.length, unit: 'settings' }));
    const tried = table<object[]>([], { title: 'Tried' });
    const rounds = cards.historyChart(self.history);
    card.add(columns([tried, rounds]));
    const scores = untried.map((setting) => {
      const score = models.crossValidate(setting, self.train, params);
      tried.rows = [...tried.rows, cards.scoreCells(score)];
      done.value++;
      return score;
    });
    const [first] = models.ranked(scores);
    const better = first !== undefined && first.accuracy > self.best.accuracy + 0.001;
    const best = better ? first : self.best;
    const history = [...self.history, best];
    console.log(`${better ? 'better' : 'nothing is better'}: ${best.name}, ${cards.percent(best.accuracy)}`);
    rounds.data = cards.roundsOf(history);
    return {
      best,
      history,
      scores: [...self.scores, ...scores],
      improving: better && best.accuracy < params.target && iteration + 1 < params.rounds,
    };
  },
);

const settled = oneOf(judge.when('good'), refine);

// The model that is kept. It sees the penguins of the test once, here.
export const trained = f.step('trained', { after: settled }, ({ self, params }) => {
  const model = models.train(self.best.setting, self.train, params.seed);
  const predicted = models.predict(model, self.test);
  const mistakes = self.test
    .map(({ species, ...measures }, i) => ({ species, predicted: predicted[i], ...measures }))
    .filter((one) => one.predicted !== one.species);
  return {
    model,
    tested: models.confusionOf(model, self.test),
    importances: models.importances(model, self.test, params.seed),
    mistakes,
  };
});

// Meanwhile: would more penguins help? The chart grows while the step runs.
export const learning = f.step('learning', { after: settled }, ({ self, params, card }) => {
  const curve: cards.Point[] = [];
  card.title = 'Learning';
  const chart = card.add(cards.learningChart(curve));
  const order = shuffled(self.train, params.seed);
  for (const part of [0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1]) {
    const penguins = order.slice(0, Math.round(order.length * part));
    const { accuracy, trained } = models.crossValidate(self.best.setting, penguins, params);
    curve.push({ penguins: penguins.length, trained, validated: accuracy });
    chart.update();
  }
  return { curve };
});

export const report = f.gather('report', { after: { trained, learning } }, ({ inputs, card }) => {
  const { best, tested } = inputs.trained;
  const accuracy = models.accuracyOf(tested);
  console.log(`${best.name}: ${cards.percent(accuracy)} of the test`);
  cards.showReport(card, { ...inputs.trained, curve: inputs.learning.curve });
  return { ...merge(inputs), accuracy };
});

export default f.end(report);
