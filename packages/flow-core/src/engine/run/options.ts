/** What a run is given, and what it gives back. */
import type { Graph } from '../../definition/graph';
import type { Parameters } from '../../definition/params';
import type { ErrorRecord, GitState, Status } from '../../store/rows';
import type { Store } from '../../store/store';
import type { Pool, PoolHost } from '../pool/pool';
import type { Takeover } from '../resume/takeover';
import type { Emit, TaskCounts } from '../task/flow-event';

export interface RunOptions {
  graph: Graph;
  store: Store;
  params: Parameters;
  user: string;
  namespace: string;
  /** As given: one given twice is one. */
  tags: string[];
  /** Facts about the code, for the record. */
  code?: string;
  file?: string;
  git?: Promise<GitState | undefined>;
  cwd: string;
  /** Where packages of steps are installed, and count from; default `cwd`. */
  workspace?: string;
  /** Options that were given for all steps, for the record. */
  with?: readonly string[];
  emit: Emit;
  /** For the record and for people: at most so many tasks at once. */
  workers: number;
  pool(host: PoolHost): Pool;
  /** Finished tasks of an earlier run that stand for this one's: a resumed run. */
  takeover?: Takeover;
  /** Execute this step and what it needs, and stop. */
  until?: string;
  /** Execute tasks of this step alone: every other one has to be taken over. */
  only?: string;
  /**
   * Nobody learns the run's number nor those of tasks: what a task sees is in what it is given, and events name it by
   * its split and iteration.
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
