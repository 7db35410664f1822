/**
 * Labels of tasks, as rows keep them: `step/task` for a task of the row's own run, `run/step/task` for one of another
 * run, `flow/run/step/task` (a pathspec) for one of another store. They are read and written here alone.
 */
import type { ArtifactAddress } from '../../store/rows/records';

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

/** A join over many splits has some labels for each: they are read without lists of their parts. */
export function parseLabel(text: string): Label {
  const task = slashBefore(text, text.length);
  if (task < 0) return { step: text, task: Number.NaN };
  const step = slashBefore(text, task);
  const label = { step: text.slice(step + 1, task), task: Number(text.slice(task + 1)) };
  if (step < 0) return label;
  const run = slashBefore(text, step);
  const withRun = { run: Number(text.slice(run + 1, step)), ...label };
  return run < 0 ? withRun : { flow: text.slice(slashBefore(text, run) + 1, run), ...withRun };
}

/** Where the last slash before a place is, or -1. */
const slashBefore = (text: string, place: number) => (place > 0 ? text.lastIndexOf('/', place - 1) : -1);

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
  const { step, task, run: other = run } = parseLabel(label);
  return { flow, run: other, step, task, name };
}
