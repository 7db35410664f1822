/** All tasks of a run, in columns. */
import type { Run, Task } from '@nx-flow/core/ui';
import { STATUSES, type TasksReply } from '../../api/routes';
import type { StartedTask } from '../live/started';
import { firstLine } from './text';

/** @param started those that have begun: the store may not have them yet */
export async function tasksReply(
  run: Run<unknown>,
  started: ReadonlyMap<string, StartedTask>,
): Promise<TasksReply> {
  const under = new Map(started);
  const steps = run.steps().map(({ name }) => name);
  const places = new Map(steps.map((name, i) => [name, i]));
  const began = run.startedAt.getTime();
  const columns = {
    ...{ step: [] as number[], task: [] as number[], status: [] as number[], start: [] as number[] },
    ...{ duration: [] as number[], attempts: [] as number[], index: [] as string[] },
  };
  const errors: Record<number, string> = {};
  const tries: Record<number, number[]> = {};
  for await (const task of run.tasks()) {
    const { error } = task;
    under.delete(task.pathspec);
    if (error) errors[columns.task.length] = firstLine(`${error.name}: ${error.message}`);
    if (task.attempts.length > 0)
      tries[columns.task.length] = task.attempts.flatMap(({ startedAt, durationMs }) => [
        startedAt - began,
        durationMs,
      ]);
    columns.step.push(places.get(task.step) ?? -1);
    columns.task.push(task.number);
    columns.status.push(STATUSES.indexOf(statusOf(task)));
    columns.start.push(task.startedAt.getTime() - began);
    columns.duration.push(task.durationMs ?? -1);
    columns.attempts.push(task.attempt + 1);
    columns.index.push(task.index.join('.'));
  }
  for (const { task, at } of under.values()) {
    columns.step.push(places.get(task.step) ?? -1);
    columns.task.push(task.task ?? 0);
    columns.status.push(STATUSES.indexOf('running'));
    columns.start.push(at - began);
    columns.duration.push(-1);
    columns.attempts.push(1);
    columns.index.push(task.index.join('.'));
  }
  return { steps, ...columns, tries, errors };
}

function statusOf(task: Task<unknown>): (typeof STATUSES)[number] {
  if (task.status === 'running') return 'running';
  if (!task.successful) return 'failed';
  if (task.caught) return 'caught';
  return task.originPathspec === undefined ? 'done' : 'taken';
}
