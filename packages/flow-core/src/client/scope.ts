/** What the views of one run share. */
import type { Codecs } from '../store/artifacts';
import type { RunRow } from '../store/rows';
import type { Store } from '../store/store';
import type { Run } from './run';

/** Any run, step or task, when nothing is known of its artifacts. */
export type Untyped = Record<string, unknown>;

export interface Scope {
  readonly store: Store;
  /** Those of the flow, where it is given itself. */
  readonly codecs: Codecs;
  /** As it was read last, with the tags of then. */
  row: RunRow;
  readonly run: Run<Untyped>;
  /** Another run of the flow; undefined where it is gone. */
  open(run: number): Promise<Run<Untyped> | undefined>;
}
