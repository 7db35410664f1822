/** The question that `why` answers. */
import type { Graph } from '../../../definition/graph';
import type { Fingerprints } from '../../../source/fingerprint';
import type { RunRow, TaskRow } from '../../../store/rows/rows';
import type { Store } from '../../../store/store';

export interface RecordedTask {
  run: RunRow;
  row: TaskRow;
}

export interface WhyOptions {
  graph: Graph;
  store: Store;
  /** Undefined means all namespaces. */
  namespace: string | undefined;
  step: string;
  run?: number;
  task?: number;
  /** Which split, outermost first; missing numbers are 0. */
  index?: readonly number[];
  iteration?: number;
  /** Parameters given now. */
  params: Record<string, unknown>;
  /** Today's fingerprints, or the reason why there are none. */
  code: Fingerprints | { error: string };
  /** Default: this process's. */
  node?: string;
}
