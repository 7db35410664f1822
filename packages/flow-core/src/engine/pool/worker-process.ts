/** One worker process, as the pool sees it. */
import type { ChildProcess } from 'node:child_process';
import type { TaskOutcome } from '../task/task';
import { AHEAD_MS } from './pace';
import type { Job } from './pool';
import type { ToWorker } from './protocol';

export interface Worker {
  child: ChildProcess;
  /** Given and not finished, oldest first: the first one is the one under way. */
  jobs: Job[];
  sent: Set<string>;
  /** The folder of the packages that it executes with, or empty. */
  kind: string;
  /** Given nothing more: tasks of another kind have no worker and no room for one. */
  leaving: boolean;
  isolated: boolean;
  /** A worker that was reused cannot be the fresh one that `isolate` asks for. */
  used: boolean;
  /** Waiting for views to be read from the store. */
  filling: boolean;
  /** The flow is imported: what it is given, it begins at once. */
  ready: boolean;
  /** The task that it is at, and since when. */
  begun: Job | undefined;
  since: number;
  /** Kills it if its task does not notice its own timeout: a loop that never yields. */
  deadline: NodeJS.Timeout | undefined;
  expired: boolean;
  /** Heard, and not yet told to the host. */
  outcomes: TaskOutcome[];
  /** Asked to give back what it has not begun. */
  returning: boolean;
}

export function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}

export function kindOf({ packages }: Job): string {
  return packages?.folder ?? '';
}

/** Its task takes longer than what is given ahead may wait. */
export function isLate({ jobs, since }: Worker): boolean {
  return jobs.length > 0 && Date.now() - since > AHEAD_MS;
}

export function isStray(outcome: TaskOutcome): boolean {
  return outcome.status === 'failed' && outcome.stray === true;
}

/** Views that a worker holds before it is told to begin anew. */
export const VIEWS = 512;
