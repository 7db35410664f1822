/** What differs inside of the artifacts of two tasks. Loaded only when it is asked for: it decodes them. */

import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Codecs } from '../../store/values/artifacts';
import { differenceOfArtifacts } from '../difference/artifacts';
import { recordedOutputs } from '../record/read';
import type { Visible } from '../task/view';
import type { ArtifactDiff, StepDiff } from './diff';

/** Reads values that were recorded. */
export interface Values {
  decode(record: ArtifactRecord): Promise<unknown>;
  /** Those of the flow, as far as values needed them. */
  codecs(): Promise<Codecs>;
}

interface Side {
  run: RunRow;
  row: TaskRow;
}

/** Tells of each artifact of two tasks that changed what differs. */
export async function addDifferences(
  store: Store,
  before: Side,
  after: Side,
  diffs: readonly ArtifactDiff[],
  { decode, codecs }: Values,
): Promise<void> {
  const changed = diffs.filter(({ change }) => change === 'changed');
  if (changed.length === 0) return;
  const [old, now] = await Promise.all(
    [before, after].map(({ run, row }) => recordedOutputs(store, run.flow, run.run, row)),
  );
  for (const diff of changed) {
    const side = (outputs: Map<string, Visible> | undefined) => {
      const record = outputs?.get(diff.name) as Visible;
      return { size: record.size, read: () => decode(record) };
    };
    diff.difference = await differenceOfArtifacts(side(old), side(now), codecs);
  }
}

/** The same for the examples of steps: the first tasks in which an artifact differs. */
export async function addDifferencesOfSteps(
  store: Store,
  runs: { before: RunRow; after: RunRow },
  steps: readonly StepDiff[],
  values: Values,
): Promise<void> {
  for (const { artifacts } of steps) {
    for (const { examples } of artifacts.values()) {
      for (const { before, after, diff } of examples) {
        const [old, now] = [
          { run: runs.before, row: before },
          { run: runs.after, row: after },
        ];
        await addDifferences(store, old, now, [diff], values);
      }
    }
  }
}
