/** What a run or a task is suggested to be compared with: the same one of a run before. */
import type { RunEntry, TasksReply } from '../../api/routes';

/** The parts of `movies/12` or `movies/12/train/3`; undefined where a text is neither. */
export function partsOf(pathspec: string) {
  const [, flow, run, step, task] = /^([^/]+)\/(\d+)(?:\/([^/]+)\/(\d+))?$/.exec(pathspec) ?? [];
  if (flow === undefined) return undefined;
  return { flow, run: Number(run), ...(step === undefined ? {} : { step, task: Number(task) }) };
}

/** The last run before one; where there is none, the newest other one. */
export function runBefore(runs: readonly Pick<RunEntry, 'run'>[], run: number): number | undefined {
  const others = runs.map((one) => one.run).filter((one) => one !== run);
  const before = others.filter((one) => one < run);
  return before.length > 0 ? Math.max(...before) : others.length > 0 ? Math.max(...others) : undefined;
}

/** The number of the task of the same step and split in another run; in a loop, of the same turn. Undefined: it has none. */
export function sameTask(own: TasksReply, other: TasksReply, step: string, task: number): number | undefined {
  const place = own.task.findIndex((one, i) => one === task && own.steps[own.step[i] ?? -1] === step);
  const like = (tasks: TasksReply) =>
    tasks.task
      .filter((_, i) => tasks.steps[tasks.step[i] ?? -1] === step && tasks.index[i] === own.index[place])
      .sort((a, b) => a - b);
  return place < 0 ? undefined : like(other)[like(own).indexOf(task)];
}
