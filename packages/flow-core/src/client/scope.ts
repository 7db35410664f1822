/** What the views of one run share. */
import type { Codecs } from '../store/artifacts';
import type { RunRow } from '../store/rows';
import type { Store } from '../store/store';
import type { RunView, Untyped } from './types';

export interface Scope {
  readonly store: Store;
  /** Those of the flow, where it is given itself. */
  readonly codecs: Codecs;
  /** As it was read last, with the tags of then. */
  row: RunRow;
  readonly run: RunView<Untyped>;
  /** Another run of the flow; undefined where it is gone. */
  open(run: number): Promise<RunView<Untyped> | undefined>;
}
