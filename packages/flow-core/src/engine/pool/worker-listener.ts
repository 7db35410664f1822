/** What a pool hears of its worker. */
import type { FlowError } from '../../definition/errors';
import type { TaskShown } from '../../definition/step-cards';
import type { ErrorRecord } from '../../store/rows/rows';
import type { TaskName, TaskOutcome } from '../task/task';
import type { Job } from './job';

export interface WorkerListener {
  /** The flow is imported. */
  ready(): void;
  /** The flow cannot be imported. */
  broken(error: ErrorRecord | FlowError): void;
  started(job: Job): void;
  /** @param past it came past the worker's streams */
  log(job: Job, stream: 'stdout' | 'stderr', text: string, past?: boolean): void;
  /** What a card of a task shows, while it is at work. */
  card(job: Job, card: TaskShown): void;
  /** The process of a task has neither worked nor answered for so long. */
  silent(job: Job, ms: number): void;
  /** A task that had ended printed something still. */
  late(task: TaskName, text: string): void;
  /** Called for the task that a worker died of, too. */
  finished(job: Job, outcome: TaskOutcome): void;
  /** A task started a process in a group of its own; it has ended. */
  startedApart(pid: number, alive: boolean): void;
  /** Returns whether a task left its process in a state in which no other task should be executed. */
  mustRetire(outcome: TaskOutcome): boolean;
  /** Jobs that have not begun, and never will here. */
  returned(jobs: readonly Job[]): void;
  /** All that was heard is passed on, or the process has ended: there may be room for more. */
  settled(): void;
}
