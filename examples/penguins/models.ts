/** The models that are tried: training them, and how good they are. */
import { DecisionTreeClassifier } from 'ml-cart';
import { RandomForestClassifier } from 'ml-random-forest';
import { FEATURES, type Feature, foldOf, type Penguin, SPECIES, shuffled } from './penguins';

export type Model = DecisionTreeClassifier | RandomForestClassifier;

/** A model and its hyper-parameters. */
export interface Setting {
  model: 'tree' | 'forest';
  /** How deep a tree may be. */
  depth: number;
  /** How many trees there are: 1 without a forest. */
  trees: number;
  /** How many features each tree of a forest sees. */
  features: number;
}

/** What cross-validation says of a setting. */
export interface Score {
  name: string;
  setting: Setting;
  /** The mean of the folds, 0 to 1: on what the model has not seen, and on what it was trained on. */
  accuracy: number;
  trained: number;
  folds: number[];
  /** How often `actual` was taken for `predicted`, in all folds: `confusion[actual][predicted]`. */
  confusion: number[][];
}

/** What one fold says. */
export interface Fold {
  accuracy: number;
  trained: number;
  confusion: number[][];
}

/** The settings that are tried first: trees of four depths, forests of some sizes. */
export function settingsOf(trees: readonly number[]): Setting[] {
  const lone = [1, 2, 3].map((depth) => ({ model: 'tree' as const, depth, trees: 1, features: 4 }));
  const forests = trees.flatMap((count) =>
    [2, 3].map((features) => ({ model: 'forest' as const, depth: 2, trees: count, features })),
  );
  return [...lone, ...forests];
}

/** `forest of 20, 3 features, depth 4` */
export function nameOf({ model, depth, trees, features }: Setting): string {
  return model === 'tree'
    ? `tree, depth ${depth}`
    : `forest of ${trees}, ${features} features, depth ${depth}`;
}

/** The settings that differ in one hyper-parameter, by one step. */
export function neighbours(setting: Setting): Setting[] {
  const { depth, trees, features } = setting;
  const changes: Partial<Setting>[] = [{ depth: depth + 1 }, { depth: depth - 1 }];
  if (setting.model === 'forest')
    changes.push({ trees: trees * 2 }, { features: features + 1 }, { features: features - 1 });
  return changes
    .map((change) => ({ ...setting, ...change }))
    .filter(
      (one) => one.depth >= 1 && one.trees <= 50 && one.features >= 1 && one.features <= FEATURES.length,
    );
}

/** @param seed of a forest: which penguins and features each of its trees sees */
export function train(setting: Setting, penguins: readonly Penguin[], seed: number): Model {
  const { depth: maxDepth, trees: nEstimators, features: maxFeatures } = setting;
  const model =
    setting.model === 'tree'
      ? new DecisionTreeClassifier({ maxDepth })
      : new RandomForestClassifier({
          ...{ nEstimators, maxFeatures, seed, treeOptions: { maxDepth } },
          ...{ replacement: false, noOOB: true },
        });
  model.train(penguins.map(measuresOf), penguins.map(labelOf));
  return model;
}

/** How often `actual` was taken for `predicted`: `confusion[actual][predicted]`. */
export function confusionOf(model: Model, penguins: readonly Penguin[]): number[][] {
  const counts = SPECIES.map(() => SPECIES.map(() => 0));
  model.predict(penguins.map(measuresOf)).forEach((predicted, i) => {
    const row = counts[labelOf(penguins[i] as Penguin)] as number[];
    row[predicted] = (row[predicted] ?? 0) + 1;
  });
  return counts;
}

/** The share on the diagonal. */
export function accuracyOf(confusion: readonly (readonly number[])[]): number {
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return right / confusion.flat().reduce((sum, count) => sum + count, 0);
}

/** Trains on all folds but one, and looks at that one. */
export function validate(
  setting: Setting,
  penguins: readonly Penguin[],
  { fold, folds, seed }: { fold: number; folds: number; seed: number },
): Fold {
  const { rest, held } = foldOf(penguins, fold, folds);
  const model = train(setting, rest, seed);
  const confusion = confusionOf(model, held);
  return { accuracy: accuracyOf(confusion), trained: accuracyOf(confusionOf(model, rest)), confusion };
}

export function scoreOf(setting: Setting, folds: readonly Fold[]): Score {
  return {
    name: nameOf(setting),
    setting,
    accuracy: mean(folds.map(({ accuracy }) => accuracy)),
    trained: mean(folds.map(({ trained }) => trained)),
    folds: folds.map(({ accuracy }) => accuracy),
    confusion: SPECIES.map((_, i) =>
      SPECIES.map((_, j) => folds.reduce((sum, { confusion }) => sum + (confusion[i]?.[j] ?? 0), 0)),
    ),
  };
}

export function crossValidate(
  setting: Setting,
  penguins: readonly Penguin[],
  { folds, seed }: { folds: number; seed: number },
): Score {
  const each = Array.from({ length: folds }, (_, fold) => validate(setting, penguins, { fold, folds, seed }));
  return scoreOf(setting, each);
}

/** The best first; of equals, the one with fewer trees. */
export function ranked(scores: readonly Score[]): Score[] {
  return scores.toSorted((a, b) => b.accuracy - a.accuracy || a.setting.trees - b.setting.trees);
}

/** How much accuracy is lost when one feature is dealt out anew among the penguins: what the model makes of it. */
export function importances(model: Model, penguins: readonly Penguin[], seed: number) {
  const whole = accuracyOf(confusionOf(model, penguins));
  return FEATURES.map((feature) => ({ feature, lost: whole - mean(without(feature)) }));

  function without(feature: Feature): number[] {
    return Array.from({ length: 10 }, (_, i) => {
      const dealt = shuffled(penguins, seed + i);
      const mixed = penguins.map((one, at) => ({ ...one, [feature]: dealt[at]?.[feature] }) as Penguin);
      return accuracyOf(confusionOf(model, mixed));
    });
  }
}

export function predict(model: Model, penguins: readonly Penguin[]) {
  return model.predict(penguins.map(measuresOf)).map((label) => SPECIES[label]);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function measuresOf(penguin: Penguin): number[] {
  return FEATURES.map((feature) => penguin[feature]);
}

function labelOf({ species }: Penguin): number {
  return SPECIES.indexOf(species);
}
