/** The data that the views of one run share. */

import type { RunRow } from '../store/rows/rows';
import type { Store } from '../store/store';
import type { Codecs } from '../store/values/artifacts';
import type { RunView, Untyped } from './types';

export interface Scope {
  readonly store: Store;
  /** The flow's codecs, if the client was given the flow itself. */
  readonly codecs: Codecs;
  /** The run's row and tags from the last read. */
  row: RunRow;
  readonly run: RunView<Untyped>;
  /** Opens another run of the flow. Resolves with undefined when it is gone. */
  open(run: number): Promise<RunView<Untyped> | undefined>;
}
