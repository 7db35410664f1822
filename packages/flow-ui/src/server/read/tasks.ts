/** All tasks of a run, in columns. */
import type { Run, Task } from '@nx-flow/core/ui';
import { STATUSES, type TasksReply } from '../../api/routes';
import { firstLine } from './text';

export async function tasksReply(run: Run<unknown>): Promise<TasksReply> {
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
  return { steps, ...columns, tries, errors };
}

function statusOf(task: Task<unknown>): (typeof STATUSES)[number] {
  if (task.status === 'running') return 'running';
  if (!task.successful) return 'failed';
  if (task.caught) return 'caught';
  return task.originPathspec === undefined ? 'done' : 'taken';
}
