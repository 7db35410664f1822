import '@nx-flow/core/testing/jest';
import { Runner } from '@nx-flow/core/testing';
import { accuracyOf, confusionOf, crossValidate, neighbours, type Setting, scoreOf } from './models';
import { clean, foldOf, ofSpecies, readRows, shuffled, split } from './penguins';
import penguins, { judge, refine, report, trained } from './penguins.flow';

const all = clean(readRows());
const { train, test: kept } = split(all, { share: 0.25, seed: 1 });
const tree: Setting = { model: 'tree', depth: 3, trees: 1, features: 4 };
const forest: Setting = { model: 'forest', depth: 3, trees: 5, features: 3 };

const runner = new Runner(penguins);
afterAll(() => runner.dispose());

describe('the data', () => {
  test('two penguins that nobody measured are dropped', () => {
    expect([readRows().length, all.length]).toEqual([344, 342]);
    expect(ofSpecies(all, 'Chinstrap')).toHaveLength(68);
    expect(all.filter(({ sex }) => sex === null)).toHaveLength(9);
  });

  test('train and test have all penguins, and the same part of each species', () => {
    expect(new Set([...train, ...kept])).toEqual(new Set(all));
    expect(train.length + kept.length).toBe(all.length);
    expect([ofSpecies(kept, 'Adelie').length, ofSpecies(kept, 'Chinstrap').length]).toEqual([38, 17]);
  });

  test('the seed alone decides the order', () => {
    expect(shuffled(all, 7)).toEqual(shuffled(all, 7));
    expect(shuffled(all, 7)).not.toEqual(shuffled(all, 8));
  });

  test('each penguin is held out in one fold', () => {
    const held = [0, 1, 2].flatMap((fold) => foldOf(train, fold, 3).held);
    expect(held).toHaveLength(train.length);
    expect(new Set(held)).toEqual(new Set(train));
  });
});

describe('the models', () => {
  test('a small forest knows nine of ten penguins that it has not seen', () => {
    const score = crossValidate(forest, train, { folds: 3, seed: 1 });
    expect(score.accuracy).toBeGreaterThan(0.9);
    expect(score.trained).toBeGreaterThanOrEqual(score.accuracy);
    expect(score.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(train.length);
  });

  test('neighbours differ in one hyper-parameter, and are possible', () => {
    expect(neighbours({ ...tree, depth: 1 }).map(({ depth }) => depth)).toEqual([2]);
    expect(neighbours({ ...forest, features: 4 })).toHaveLength(4);
  });
});

describe('the flow', () => {
  const scoreAt = (accuracy: number) => scoreOf(tree, [{ accuracy, trained: 1, confusion: [] }]);

  test('the target decides whether it is refined', async () => {
    const artifacts = { best: scoreAt(0.95) };
    expect(await runner.spin(judge, { artifacts, params: { target: 0.9 } })).toHaveArtifact(
      'verdict',
      'good',
    );
    expect(await runner.spin(judge, { artifacts, params: { target: 0.96 } })).toHaveArtifact(
      'verdict',
      'refine',
    );
  });

  test('a round that finds nothing better ends the loop', async () => {
    const best = scoreAt(1);
    const artifacts = { train, best, scores: [best], history: [best] };
    const spun = await runner.spin(refine, { artifacts, params: { folds: 2 } });
    expect(spun).toSucceed();
    expect(spun).toHaveArtifact('improving', false);
    expect(spun.artifacts.best).toEqual(best);
    expect(spun.artifacts.scores.map(({ name }) => name)).toEqual([
      'tree, depth 3',
      'tree, depth 4',
      'tree, depth 2',
    ]);
  });

  test('the model that a run kept is as good as the run says, and is trained again to the same', async () => {
    const ran = await runner.run({ params: { seed: 5, folds: 3, trees: [5], rounds: 2 } });
    expect(ran).toSucceed();
    const { model, accuracy, history, test } = await ran.run.artifacts;
    expect(await accuracy).toBeGreaterThan(0.93);
    const [first, ...rounds] = await history;
    expect(rounds.length).toBeGreaterThan(0);
    expect(rounds.at(-1)?.accuracy).toBeGreaterThanOrEqual(first?.accuracy ?? 1);
    expect(accuracyOf(confusionOf(await model, await test))).toBe(await accuracy);

    const again = await runner.spin(trained, { from: ran });
    expect(again).toHaveArtifact('tested', await ran.run.artifacts.tested);
    const [card] = (await runner.spin(report, { from: ran })).cards;
    expect(card?.title).toBe('Which penguin is it?');
    expect(card?.html).toContain('Learning curve');
  });
});
