/** Whether a message is of a task. */
import type { FlowEvent } from '@nx-flow/core/ui';
import type { Message } from '../../api/messages';

/**
 * What may change a reply about a task: that it began, failed, ended; that tasks after it begin; that its run ended, with which
 * all cards are recorded. Not each piece of its log.
 */
export function isNewsOf(message: Message, pathspec: string): boolean {
  if (message.type !== 'event') return false;
  const { event } = message;
  if (event.type === 'task-log') return false;
  const run = pathspec.split('/', 2).join('/');
  if (event.type === 'run-done') return `${event.flow}/${event.run}` === run;
  const task = taskOf(event);
  return task === pathspec || (event.type === 'task-started' && task?.startsWith(`${run}/`) === true);
}

/** That a task goes on, of which there is no reply yet: it may have begun a moment ago. */
export function isSignOf(message: Message, pathspec: string): boolean {
  return growsLog(message, pathspec) || (message.type === 'card' && message.task === pathspec);
}

/** That there is more of its log, or that it ended, and so its log. */
export function growsLog(message: Message, pathspec: string): boolean {
  return message.type === 'event' && taskOf(message.event) === pathspec;
}

function taskOf(event: FlowEvent): string | undefined {
  if (!('task' in event) || typeof event.task !== 'object') return undefined;
  const { flow, run, step, task } = event.task;
  return `${flow}/${run}/${step}/${task}`;
}
