/** Labels of tasks inside a run: `step/task`, or `run/step/task` for a task of another run. */
import type { ArtifactAddress } from '../../store/store';

export interface TaskAddress {
  run: number;
  step: string;
  task: number;
}

export function taskOf(run: number, label: string): TaskAddress {
  const parts = label.split('/');
  const [step, task] = parts.slice(-2) as [string, string];
  return { run: parts.length === 3 ? Number(parts[0]) : run, step, task: Number(task) };
}

/** `movies/12/train/3`. A label of a kept spin is that already. */
export function fullPathspec(flow: string, run: number, label: string): string {
  const parts = label.split('/').length;
  return parts === 4 ? label : `${flow}/${parts === 3 ? '' : `${run}/`}${label}`;
}

export function addressOf(flow: string, run: number, label: string, name: string): ArtifactAddress {
  return { flow, ...taskOf(run, label), name };
}
