/**
 * Labels of tasks, as rows keep them: `step/task` for a task of the row's own run, `run/step/task` for one of another
 * run, `flow/run/step/task` (a pathspec) for one of another store. They are read and written here alone.
 */
import type { ArtifactAddress } from '../../store/records';

export interface Label {
  flow?: string;
  run?: number;
  step: string;
  task: number;
}

export interface TaskAddress {
  run: number;
  step: string;
  task: number;
}

/** Whether a text names a task: what was given by hand lies at none. */
export function isLabel(text: string): boolean {
  return text.includes('/');
}

export function parseLabel(text: string): Label {
  const parts = text.split('/');
  const [step = '', task] = parts.slice(-2);
  const [run, flow] = parts.slice(0, -2).reverse();
  return {
    ...(flow === undefined ? {} : { flow }),
    ...(run === undefined ? {} : { run: Number(run) }),
    step,
    task: Number(task),
  };
}

export function formatLabel({ flow, run, step, task }: Label): string {
  const label = `${step}/${task}`;
  if (run === undefined) return label;
  return flow === undefined ? `${run}/${label}` : `${flow}/${run}/${label}`;
}

/** `step/task`, by which a run's rows name one of its own tasks. */
export function labelOf({ step, task }: { step: string; task: number }): string {
  return formatLabel({ step, task });
}

/** The task that a label names in the rows of a run. */
export function taskOf(run: number, label: string): TaskAddress {
  const { step, task, run: other = run } = parseLabel(label);
  return { run: other, step, task };
}

/** The step of the task that a label names. */
export function stepOf(label: string): string {
  const end = label.lastIndexOf('/');
  return label.slice(label.lastIndexOf('/', end - 1) + 1, end);
}

/** `run/step/task`, by which other runs name the task that a label names in the rows of a run. */
export function wholeLabel(run: number, label: string): string {
  const own = label.indexOf('/') === label.lastIndexOf('/');
  return own ? `${run}/${label}` : formatLabel(taskOf(run, label));
}

/** The same as a pathspec: `movies/12/train/3`. */
export function fullPathspec(flow: string, run: number, label: string): string {
  return formatLabel({ flow, run, ...parseLabel(label) });
}

/** An artifact that the task of a label stored. */
export function addressOf(flow: string, run: number, label: string, name: string): ArtifactAddress {
  return { flow, ...taskOf(run, label), name };
}
