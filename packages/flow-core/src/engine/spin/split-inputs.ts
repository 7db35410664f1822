/** The inputs of splits that a run recorded, with what was given by hand on top. */
import type { Graph } from '../../definition/graph';
import type { Store } from '../../store/store';
import { Artifacts } from '../../store/values/artifacts';
import { missingHints, unexpected } from '../explain/missing';
import { applyOverrides, type Overrides } from '../inputs/override';
import type { Selection } from '../inputs/selection';
import { recordedViews } from '../record/views';
import type { Emit } from '../task/flow-event';
import type { SplitInputs } from './all-options';
import { outputsBefore } from './outcome';

export interface RecordedInputsOptions {
  graph: Graph;
  store: Store;
  selection: Selection;
  /** Put on top of what was recorded, in this order. */
  overrides: readonly (Overrides | undefined)[];
  emit: Emit;
}

/** Inputs that a run recorded. */
export function recordedInputs({
  graph,
  store,
  selection,
  overrides,
  emit,
}: RecordedInputsOptions): SplitInputs {
  const artifacts = new Artifacts(store.cas, graph.codecs);
  const known = new Set<string>();
  const hinted = new Map<string, Promise<string[]>>();
  return {
    async views(split, labels) {
      const views = await recordedViews(store, graph.flow, split.run?.run as number, labels);
      for (const one of overrides) {
        if (!one) continue;
        for (const message of await applyOverrides(views, split, one, artifacts)) {
          if (!known.has(message)) emit({ type: 'override-unknown', message });
          known.add(message);
        }
      }
      return views;
    },
    before: (split) => outputsBefore(graph, store, split),
    hints(split, missing, view, done) {
      // Splits that read the same name are told the same.
      const key = `${split.run?.run} ${done} ${missing.map(({ name }) => name).join()}`;
      let hints = hinted.get(key);
      if (!hints) {
        hints = (done ? unexpected(graph, split, missing) : Promise.resolve(missing)).then((reads) =>
          missingHints(graph, store, split, selection, reads, view),
        );
        hinted.set(key, hints);
      }
      return hints;
    },
  };
}
