/** The status of a run or a task, as one coloured word. */
import { statusNow } from '../../engine/record/run-status';
import type { RunRow, TaskRow } from '../../store/rows';
import type { Output } from './output';

export function statusText(run: Pick<RunRow, 'status' | 'pid' | 'host'>, output: Output): string {
  return painted(statusNow(run), output);
}

/** @param run with it, a task that was running when its run was killed is shown as killed */
export function taskStatusText(row: TaskRow, output: Output, run?: RunRow): string {
  if (isCaught(row)) return painted('caught', output);
  return painted(run ? statusNow({ ...run, status: row.status }) : row.status, output);
}

/** Whether a task failed but counts as done, since its step has the option `catch`. */
export function isCaught({ status, error }: Pick<TaskRow, 'status' | 'error'>): boolean {
  return status === 'done' && error !== undefined;
}

export function painted(status: ReturnType<typeof statusNow> | 'caught', { colors }: Output): string {
  const paint = {
    done: colors.green,
    caught: colors.yellow,
    failed: colors.red,
    killed: colors.red,
    running: colors.cyan,
    stopped: colors.yellow,
  };
  return paint[status](status);
}
