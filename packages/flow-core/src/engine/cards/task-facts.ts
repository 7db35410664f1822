/** What the default card of a task tells, wherever the task was executed. */
import type { Graph } from '../../definition/graph';
import type { ArtifactRecord, ErrorRecord } from '../../store/rows/rows';
import type { View } from '../task/view';

export interface TaskFacts {
  graph: Graph;
  step: string;
  /** `movies/12/train/3`, or what else names it. */
  name: string;
  status: 'done' | 'failed';
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Milliseconds. */
  durationMs: number;
  /** From 0. */
  attempt: number;
  /** Also of one that was caught. */
  error?: ErrorRecord;
  params: readonly (readonly [string, ArtifactRecord])[];
  inputs: readonly View[];
  /** What it returned. */
  outputs: readonly (readonly [string, ArtifactRecord])[];
  /** The task that it is compared with, and what that one returned. */
  before?: { name: string; outputs: ReadonlyMap<string, ArtifactRecord> };
  /** The end of what it printed. */
  log: string;
  decode(record: ArtifactRecord): unknown;
}

/** Characters of the log's end. */
export const LOG_END = 20_000;
