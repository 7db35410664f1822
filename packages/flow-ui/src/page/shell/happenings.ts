/** Which messages say that a list of runs, or one run, looks different now. */
import type { Message } from '../../api/messages';

/** What a task writes, and notices, change nothing of it. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['run-started', 'run-done', 'tasks-planned', 'tasks-taken', 'foreach-empty', 'step-not-reached'],
  ...['task-started', 'task-done', 'task-failed', 'task-retried', 'task-caught'],
]);

export function changesRuns(message: Message): boolean {
  return message.type === 'event' && CHANGES.has(message.event.type);
}

/** Messages about one run. Some events do not name it: they belong to the same work as others that do. */
export function changesRun(flow: string, run: number): (message: Message) => boolean {
  const works = new Set<string>();
  return (message) => {
    if (message.type !== 'event' || !CHANGES.has(message.event.type)) return false;
    const { event, work } = message;
    const named = 'task' in event && typeof event.task === 'object' ? event.task : event;
    if ('flow' in named && 'run' in named && named.flow === flow && named.run === run) works.add(work);
    return works.has(work);
  };
}
