/** The line that an event prints, the same in every renderer. */
import { unreachable } from '../../definition/errors';
import type { FlowEvent } from '../../engine/task/flow-event';
import type { Output } from './output';
import { plural } from './table';
import { wrapped } from './wrap';

/** The line with its newline. Empty for an event that is shown in another way. */
export function eventLine(event: FlowEvent, output: Output): string {
  const { colors } = output;
  const warning = (sentence: string) => `${wrapped(`${colors.yellow('!')} ${sentence}`, output, '  ')}\n`;
  switch (event.type) {
    case 'packages-installing':
      return `${colors.dim('⇣')} installing ${event.packages} …\n`;
    case 'snapshot-imported':
      return colors
        .dim(`imported the snapshot ${event.file} as ${event.flow}/${event.run}: ${event.origin}`)
        .concat('\n');
    case 'task-went-on':
      return warning(`${event.task} went on after its end: ${event.text.trim().split('\n')[0]}`);
    case 'task-silent':
      return warning(
        `${event.task} has neither worked nor answered for ${Math.round(event.ms / 1000)} s: its process was stopped, or waits in a call that blocks. A timeout would end it`,
      );
    case 'step-not-reached':
      return warning(
        event.empty === undefined
          ? `${event.step} was not taken: a switch before it took another case`
          : `${event.step} was not reached: ${event.empty} had nothing to split`,
      );
    case 'other-case': {
      const which = event.index.length === 0 ? event.step : `${event.step} ${event.index.join(',')}`;
      return warning(`${which} took "${event.took}", and in the origin run "${event.before}"`);
    }
    case 'foreach-empty': {
      const run = event.joins.length === 1 ? 'runs' : 'run';
      return warning(
        `${event.step} has nothing to split, since "${event.over}" is empty: ${event.joins.join(' and ')} ${run} with no inputs`,
      );
    }
    case 'step-executed-again':
      return warning(
        `${event.step} was executed again: ${event.lost ? lostText(event.lost) : `it reads ${event.params.join(' and ')}, which changed`}`,
      );
    case 'override-unknown':
      return warning(event.message);
    case 'not-cached':
      return warning(`${event.reason}: it will be executed again.`);
    case 'room-made':
      return warning(`there was no room for ${event.folder}: ${event.what}`);
    case 'thrown-late':
      return warning(`after its end, the step threw: ${event.message}`);
    case 'spin-signalled':
      return warning(
        `${event.signal}: the step has ${event.graceMs / 1000} s to end; a second signal ends it at once`,
      );
    case 'spin-forced':
      return warning(`${event.signal}: the step did not end in time, and was ended`);
    case 'snapshot-refused':
      return warning(`the snapshot was not imported: ${event.message}`);
    case 'queue-away':
      return warning(`${event.url} does not answer: the run waits, and goes on by itself`);
    case 'queue-back':
      return warning(`the queue answers again, after ${Math.round(event.ms / 1000)} s`);
    case 'blobs-away':
      return warning(`the run waits: ${event.worker === undefined ? '' : `${event.worker}: `}${event.why}`);
    case 'blobs-back':
      return warning(
        `${event.url ?? 'the place of large values'} can be reached again, after ${Math.round(event.ms / 1000)} s`,
      );
    case 'queue-unserved':
      return warning(unserved(event));
    case 'worker-refused':
      return warning(`${event.worker} does not execute ${event.step}: ${event.why}`);
    case 'code-left':
      return warning(notSent(event.files));
    case 'worker-lost':
      return warning(
        `${event.worker} has ended in the middle of ${plural(event.tasks, 'task')}, which ${event.tasks === 1 ? 'begins' : 'begin'} again`,
      );
    case 'run-started':
    case 'tasks-planned':
    case 'tasks-taken':
    case 'task-started':
    case 'task-log':
    case 'card-updated':
    case 'task-done':
    case 'task-failed':
    case 'task-retried':
    case 'task-caught':
    case 'run-done':
    case 'spin-started':
    case 'spins-started':
    case 'sweep-started':
    case 'sweep-done':
    case 'through-started':
    case 'through-done':
    case 'spin-done':
    case 'spins-done':
    case 'spins-stopped':
    case 'step-done':
    case 'step-still-valid':
    case 'transfer-progressed':
      return '';
    default:
      return unreachable(event);
  }
}

function lostText([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? ' is' : ` and ${others.length} more are`;
  return `${first}${more} lost, since the store was damaged`;
}

function unserved({
  queue,
  queues,
  tasks,
  resources,
}: Extract<FlowEvent, { type: 'queue-unserved' }>): string {
  const lacks =
    resources === undefined
      ? `no worker serves the queue ${queue}`
      : `no worker of the queue ${queue} has ${resources}`;
  const served = queues.length === 0 ? 'there are no workers' : `workers serve ${queues.join(', ')}`;
  const waiting = tasks === 1 ? '1 task waits' : `${tasks} tasks wait`;
  return `${waiting}, and ${lacks}: ${served}. nx-flow worker --queues=${queue} is one`;
}

/** The most files that are named. */
const NAMED = 5;

function notSent(files: readonly string[]): string {
  const named = files
    .slice(0, NAMED)
    .join(', ')
    .concat(files.length > NAMED ? `, and ${files.length - NAMED} more` : '');
  return `${named} ${files.length === 1 ? 'is' : 'are'} not sent: files that may hold secrets, and those outside of the workspace, stay here`;
}
