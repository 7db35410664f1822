/** What it takes to execute one task. */
import type { Graph } from '../../definition/graph';
import type { ArtifactRecord } from '../../store/rows';
import type { RunContext, TaskLog, TaskSpec } from './task';
import type { Decode, Missing, View } from './view';

export interface Execution {
  graph: Graph;
  run: RunContext;
  spec: TaskSpec;
  view(label: string): View;
  decode: Decode;
  /** One item of a split list, as a copy of the reader's own. */
  item(view: View, over: string, index: number): unknown;
  encode(name: string, value: unknown): Promise<ArtifactRecord>;
  log: TaskLog;
  /** Made when a step asks for it: an AbortController for each quick task costs more than the task. */
  signal(): AbortSignal;
  missing?: Missing;
}
