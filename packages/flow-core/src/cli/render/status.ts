/** How a run or a task stands, in one coloured word. */
import { statusNow } from '../../engine/record/run-status';
import type { RunRow, TaskRow } from '../../store/rows';
import type { Output } from './output';

export function statusText(run: Pick<RunRow, 'status' | 'pid' | 'host'>, output: Output): string {
  return painted(statusNow(run), output);
}

/** @param run With it, a task that was under way when its run was killed says so. */
export function taskStatusText(row: TaskRow, output: Output, run?: RunRow): string {
  if (isCaught(row)) return painted('caught', output);
  return painted(run ? statusNow({ ...run, status: row.status }) : row.status, output);
}

/** Whether a task failed, and counts as done: its step has the option `catch`. */
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
