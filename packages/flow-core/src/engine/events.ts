/** What happens while a flow runs. The engine emits, renderers render. */
import type { ErrorRecord, Status } from '../store/rows';

export type FlowEvent =
  /** A run has its number, and begins. */
  | { type: 'run-started'; pathspec: string; steps: { name: string; kind: string }[]; workers: number }
  /** So many tasks of a step are known now: they will run when a worker is free. */
  | { type: 'tasks-planned'; step: string; count: number }
  /** Of a resumed run: finished tasks of the origin stand for these. */
  | { type: 'tasks-taken'; step: string; count: number }
  /** A worker has begun a task. */
  | { type: 'task-started'; pathspec: string; step: string }
  /** A task wrote to its output. `text` is one or more whole or partial lines. */
  | { type: 'task-log'; pathspec: string; step: string; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'task-done'; pathspec: string; step: string; durationMs: number }
  | {
      type: 'task-failed';
      pathspec: string;
      step: string;
      durationMs: number;
      error: ErrorRecord;
      thrown?: unknown;
    }
  /** An attempt failed, and another follows. `attempt` counts from 0. */
  | {
      type: 'task-retried';
      pathspec: string;
      step: string;
      attempt: number;
      times: number;
      waitMs: number;
      error: ErrorRecord;
    }
  /** A task failed for good, and its step catches that: the flow goes on. */
  | { type: 'task-caught'; pathspec: string; step: string; durationMs: number; error: ErrorRecord }
  /** npm packages of some step are being installed, before the run begins: `left-pad@1.3.0, lodash@4`. */
  | { type: 'packages-installing'; packages: string }
  /** Something that the user should know, in one sentence. */
  | { type: 'notice'; message: string }
  /** The run's last row is in the store. */
  | { type: 'run-done'; pathspec: string; status: Status; durationMs: number; tasks: TaskCounts };

export interface TaskCounts {
  done: number;
  failed: number;
  /** Of a resumed run: taken over from its origin. */
  taken?: number;
}

export type Emit = (event: FlowEvent) => void;
