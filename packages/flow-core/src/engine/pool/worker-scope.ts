/** What code of a worker belongs to: a task, or the import of the flow. */
import type { Channel } from '../../process/channel';
import type { StartedListener, Starter } from '../../process/started';
import { framesOutside } from '../../source/user-place';
import { lateLeaving } from '../contain/left';
import { toRecord } from '../task/error-record';
import type { TaskName } from '../task/task';
import type { FromWorker } from './protocol';

/** The task that code belongs to, also in its timers and in promises that are not awaited. */
export interface Scope extends TaskName, Starter {
  /** It is no task, but the import of the flow. */
  imports?: true;
  /** Fails the task while it is under way. */
  fail?: (error: unknown) => void;
  /** What it threw after its end, and was told. */
  late?: Set<string>;
}

/** What is printed while no task is under way, such as by the flow's import. */
export const NO_TASK: TaskName = { step: '', task: '' };
export const IMPORT: Scope = { ...NO_TASK, imports: true };

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

/**
 * What to print of an error that an ended task threw where nothing catches it: with the frames of its own code. An interval
 * may throw again and again, and is told once: then it is empty.
 */
export function thrownLate(scope: Scope, error: unknown): string {
  const { name, message, stack } = toRecord(error);
  const frames = framesOutside(stack ?? '');
  const text = `${lateLeaving(error) ?? [`${name}: ${message}`, ...frames].join('\n')}\n`;
  scope.late ??= new Set();
  if (scope.late.has(text)) return '';
  scope.late.add(text);
  return text;
}
