/** Renders one step of a task graph: its tasks as in a run, then what it hands over. */
import { join, relative } from 'node:path';
import type { Emit, StepDone, StepStillValid } from '../../engine/task/flow-event';
import type { Output } from './output';
import { runRenderer } from './run';
import { duration, plural } from './table';

export function stepRenderer(step: string, output: Output, workspace: string, cwd: string): Emit {
  const run = runRenderer(output, workspace);
  return (event) => {
    switch (event.type) {
      case 'run-started':
        return output.write(`${output.colors.bold(`${event.flow}/${step}`)}\n`);
      case 'tasks-taken':
        // Other targets executed these steps and reported it.
        return;
      case 'foreach-empty':
        // So did the targets of other steps.
        return event.joins.includes(step) ? run(event) : undefined;
      case 'step-done':
        return output.write(doneText(event, output, relative(cwd, join(workspace, event.outputs)) || '.'));
      case 'step-still-valid':
        return output.write(stillValidText(event, output));
      default:
        return run(event);
    }
  };
}

function doneText(
  { status, chosen, durationMs, tasks, artifacts }: StepDone,
  { colors }: Output,
  folder: string,
): string {
  // Its failures were shown with its tasks.
  if (status === 'failed') return '';
  if (!chosen) return `${colors.yellow('–')} not taken: a switch before it took another case\n`;
  if (tasks.done === 0)
    return `${colors.yellow('–')} not executed: the foreach around it has nothing to split\n`;
  const handed = `${plural(tasks.done, 'task')}, ${plural(artifacts.length, 'artifact')} handed over in ${folder}`;
  return `\n${colors.green('done')} in ${duration(durationMs)}: ${handed}\n`;
}

function stillValidText({ flow, step, outputs, logs }: StepStillValid, { colors }: Output): string {
  const why = 'nothing that it depends on has changed';
  return `${colors.green('still valid')}: what ${flow}/${step} left in ${outputs}, since ${why}\n${logs.join('')}`;
}
