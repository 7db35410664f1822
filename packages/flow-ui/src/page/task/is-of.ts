/** Whether a message is of a task. */
import type { FlowEvent } from '@nx-flow/core/ui';
import type { Message } from '../../api/messages';

/** What an event says of a task: that it began, failed, ended. Not each piece of its log. */
export function isOfTask(message: Message, pathspec: string): boolean {
  return message.type === 'event' && message.event.type !== 'task-log' && taskOf(message.event) === pathspec;
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
