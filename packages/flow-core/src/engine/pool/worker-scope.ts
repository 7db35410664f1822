/** What code of a worker belongs to: a task, or the import of the flow. */
import type { Channel } from '../../process/channel';
import type { StartedListener, Starter } from '../../process/started';
import type { TaskName } from '../task/task';
import type { FromWorker } from './protocol';

/** The task that code belongs to, also in its timers and in promises that are not awaited. */
export interface Scope extends TaskName, Starter {
  /** It is no task, but the import of the flow. */
  imports?: true;
  /** Fails the task while it is under way. */
  fail?: (error: unknown) => void;
}

/** What is printed while no task is under way, such as by the flow's import. */
export const NO_TASK: TaskName = { step: '', task: '' };
export const IMPORT: Scope = { ...NO_TASK, imports: true };

/** Whether a call sends a signal to more than this process. The coordinator is in the same group. */
export function reachesOthers(call: string): boolean {
  return /^process\.kill\((0|-)/.test(call);
}

/** Tells the coordinator of processes that the end of this one's group does not take along. */
export function reportStarted(channel: Pick<Channel<FromWorker>, 'send'>): StartedListener {
  const tell = (pid: number, apart: boolean, alive: boolean) => {
    if (apart) channel.send({ type: 'process', pid, alive });
  };
  return {
    started: (pid, apart) => tell(pid, apart, true),
    ended: (pid, apart) => tell(pid, apart, false),
  };
}
