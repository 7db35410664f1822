/** What the coordinator and its workers say to each other. */
import type { TaskShown } from '../../definition/step-cards';
import type { ErrorRecord } from '../../store/rows/rows';
import type { RunContext, TaskName, TaskOutcome, TaskSpec } from '../task/task';
import type { Visible } from '../task/view';

export interface WorkerStart {
  type: 'start';
  run: RunContext;
  /** The folder of large values. */
  cas: string;
  /** The CAS of the store of persisted spins, where the tasks are a spin's that is persisted. */
  persistedCas?: string;
}

/** Views that this worker has not seen. */
export interface WorkerViews {
  type: 'views';
  /** Begin with no views: earlier ones are not needed any more. */
  reset: boolean;
  views: [string, [string, Visible][]][];
}

/** Tasks whose views the worker has. */
export interface WorkerWork {
  type: 'work';
  tasks: TaskSpec[];
  /** They begin at once, beside what is under way of their step; else one after another. */
  together?: true;
  /** Say when each begins. */
  paced?: true;
}

/** Give back what has not begun: others have nothing to do. */
export interface WorkerReturn {
  type: 'return';
}

/** Answer: the coordinator wonders whether this process is alive. */
export interface WorkerPing {
  type: 'ping';
}
export type ToWorker = WorkerStart | WorkerViews | WorkerWork | WorkerReturn | WorkerPing;

export type FromWorker =
  /** The flow is imported. */
  | { type: 'ready' }
  | { type: 'broken'; error: ErrorRecord }
  /** `task` is empty for what one of several tasks printed, nobody knows which; `step` as well where there is none. */
  | ({ type: 'log'; stream: 'stdout' | 'stderr'; text: string } & TaskName)
  /** What a card of a task shows, while it is at work. */
  | { type: 'card'; task: string; card: TaskShown }
  | { type: 'pong' }
  /** A task that is paced begins. */
  | { type: 'begun'; task: string }
  /** A step started a process in a group of its own; it has ended. */
  | { type: 'process'; pid: number; alive: boolean }
  /** The body of the task has ended; processes that it started are being ended, which takes no part of its timeout. */
  | { type: 'ending'; task: string }
  /** A task ends this process by a call. The stack has the user's frames. `task` is empty where nobody knows which one. */
  | { type: 'leaving'; task: string; stack: string }
  | { type: 'outcome'; task: string; outcome: TaskOutcome }
  /** Tasks that it was given and has not begun. */
  | { type: 'returned'; tasks: string[] };
