/** The options and the outcome of a run. */
import type { Graph } from '../../definition/graph';
import type { Parameters } from '../../definition/params';
import type { ErrorRecord, GitState, Status } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Pool, PoolHost } from '../pool/pool';
import type { Takeover } from '../resume/takeover';
import type { Reuse } from '../reuse/reuse';
import type { Emit, TaskCounts } from '../task/flow-event';

export interface RunOptions {
  graph: Graph;
  store: Store;
  params: Parameters;
  user: string;
  namespace: string;
  /** The given tags. Duplicates count once. */
  tags: string[];
  /** Facts about the code, for the record. */
  code?: string;
  file?: string;
  git?: Promise<GitState | undefined>;
  cwd: string;
  /** The folder that step packages are installed in and their relative paths start from. Default `cwd`. */
  workspace?: string;
  /** Options given for all steps, for the record. */
  with?: readonly string[];
  emit: Emit;
  /** The most tasks at once, for the record and for people. */
  workers: number;
  pool(host: PoolHost): Pool;
  /** The queue whose workers execute a step; undefined for one that is executed here. By default each is. */
  on?(step: string): string | undefined;
  /** The most splits of a foreach; undefined for any number. By default each may have any number. */
  maxSplits?(step: string): number | undefined;
  /** Finished tasks of an earlier run that a resumed run uses as its own. */
  takeover?: Takeover;
  /** Takes equal tasks over from earlier runs. */
  reuse?: Reuse;
  /** Execute this step and the steps it needs, then stop. */
  until?: string;
  /** Execute only tasks of this step. All others must be taken over. */
  only?: string;
  /**
   * Hides the numbers of the run and its tasks. A task sees only what it is given, and events name it by its split
   * and iteration.
   */
  unrecorded?: boolean;
  /** Start no task after the first failure. */
  bail?: boolean;
  /** Aborted when the run is to end early: Ctrl-C. */
  signal?: AbortSignal;
}

export interface RunOutcome {
  pathspec: string;
  run: number;
  status: Status;
  durationMs: number;
  tasks: TaskCounts;
  error?: ErrorRecord;
}
