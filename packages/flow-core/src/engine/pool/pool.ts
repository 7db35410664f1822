/** Who executes tasks: the interface between a run and its workers. */
import type { TaskShown } from '../../definition/step-cards';
import type { RunContext, TaskName, TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import type { Job } from './job';

/**
 * How a pool and the run that uses it meet: the pool pulls tasks when it has room for one. The kind of a task is the
 * folder of its packages, or empty.
 */
export interface PoolHost {
  run: RunContext;
  /** The one that has waited longest, of this kind or of any. */
  pull(kind?: string): Job | undefined;
  /** How many tasks of a kind can be pulled now. */
  pending(kind: string): number;
  /** The kinds of which tasks can be pulled now, the one that has waited longest first. */
  kinds(): string[];
  /** With the bytes of small artifacts in it. */
  view(label: string): View | Promise<View>;
  started(job: Job): void;
  /** @param past it came past the streams of the task's process: by a process that it started, or `fs.writeSync(1, …)` */
  log(job: Job, stream: 'stdout' | 'stderr', text: string, past?: boolean): void;
  /** What a card of a task shows, while it is at work. Absent where nobody looks. */
  card?(job: Job, shown: TaskShown): void;
  finished(job: Job, outcome: TaskOutcome): void;
  /** A task that had ended printed something still, or threw. */
  late(task: TaskName, text: string): void;
  /** The process of a task has neither worked nor answered for so long. */
  silent(job: Job, ms: number): void;
  /** Nothing can be executed any more: the flow does not load in a worker. */
  broken(error: unknown): void;
}

/** Workers before they know for whom they work. */
export interface Attachable {
  attach(host: PoolHost): Pool;
  close(): Promise<void>;
}

export interface Pool {
  /**
   * Tasks are executed in this process, and nothing else waits for them: a process that has nothing else to wait for tells the
   * task that it is stuck.
   */
  readonly here?: true;
  /** There may be something to pull. */
  wake(): void;
  /** Ends every worker. Tasks under way are not reported any more. */
  close(): Promise<void>;
}
