/** What it takes to execute one task. */
import type { Graph } from '../../definition/graph';
import type { StepCard } from '../../definition/types';
import type { Artifacts } from '../../store/values/artifacts';
import type { RunContext, TaskLog, TaskSpec } from './task';
import type { Missing, View } from './view';

export type TaskArtifacts = Pick<Artifacts, 'take' | 'decode' | 'item' | 'sharer'>;

export interface Execution {
  graph: Graph;
  run: RunContext;
  spec: TaskSpec;
  view(label: string): View;
  /** Reads what the task looks at, and takes what it returns. */
  artifacts: TaskArtifacts;
  log: TaskLog;
  /** What the step has as `card`. Made when it asks for it, with all that cards need. */
  card(): StepCard;
  /** Made when a step asks for it: an AbortController for each quick task costs more than the task. */
  signal(): AbortSignal;
  missing?: Missing;
  /** The step's variables are set already: tasks that are executed together share them. */
  envIsSet?: boolean;
  /** Called when the body has ended, before what it returned is looked at. */
  bodyEnded?(thrown?: unknown): void;
}
