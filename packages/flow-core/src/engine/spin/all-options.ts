/** What it takes to spin many splits of one step at once. */
import type { Graph } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import type { Resolved } from '../inputs/resolved';
import type { OutputFolder } from '../outputs/folder';
import type { Installed } from '../pool/packages';
import type { Pool, PoolHost } from '../pool/pool';
import type { Emit } from '../task/flow-event';
import type { MissingRead, RunContext, TaskResult } from '../task/task';
import type { View, Visible } from '../task/view';
import type { SplitOutcome } from './outcome';
import type { PersistedSpin } from './persisted';
import type { ViewSource } from './split-views';
import type { SharedSpun } from './spun-cards';

/** Where splits take their inputs from, and what their outputs are compared with. */
export interface SplitInputs extends ViewSource {
  /** What the split's origin returned. */
  before(split: Resolved): Promise<ReadonlyMap<string, Visible>>;
  /** What to say of artifacts that a split read and that are not there. */
  hints(
    split: Resolved,
    reads: readonly MissingRead[],
    view: (label: string) => View | undefined,
    done: boolean,
  ): Promise<string[]>;
}

export interface SpinAllOptions {
  graph: Graph;
  /** Of one step, in split order. */
  splits: readonly Resolved[];
  inputs: SplitInputs;
  params: RunContext['params'];
  /** The parameters of each run, where the splits are of several. */
  ofRuns?: ReadonlyMap<number, RunContext['params']>;
  user: string;
  namespace: string;
  cwd: string;
  /** Where large inputs lie. */
  cas: Cas;
  /** The folder of a split's outputs. */
  folder(split: Resolved): OutputFolder;
  /** Changed artifacts say what differs, in the first splits in which they changed. */
  values?: boolean;
  /** Where large values of the origin run lie, if it is another place than `cas`. */
  originCas?: Cas;
  /** The result that is written beside a split's outputs. */
  result(outcome: SplitOutcome, split: Resolved): object;
  pool(host: PoolHost): Pool;
  /** npm packages of the step. */
  packages?: Installed;
  /** Records the splits in the store of persisted spins. */
  persisted?: PersistedSpin;
  /** The cards that all splits have together: whoever gives it keeps them. */
  shared?: SharedSpun;
  signal?: AbortSignal;
  emit: Emit;
  /** Called with what a split has returned, before its outputs are written. */
  returned?(split: Resolved, result: TaskResult): void;
  /** Called when the outputs of a split are written. */
  ended(outcome: SplitOutcome, split: Resolved): void;
}
