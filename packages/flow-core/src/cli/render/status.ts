/** The status of a run or a task, as one coloured word. */
import type { RunRow, RunStatus, TaskRow } from '../../store/rows/rows';
import type { Output } from './output';

export function statusText({ status }: Pick<RunRow, 'status'>, output: Output): string {
  return painted(status, output);
}

/** @param run with it, a task that was running when its run was killed is shown as killed */
export function taskStatusText(row: TaskRow, output: Output, run?: RunRow): string {
  if (isCaught(row)) return painted('caught', output);
  return painted(taskStatus(row, run), output);
}

/** A task that was under way when its run was killed was killed with it. */
export function taskStatus(
  { status }: Pick<TaskRow, 'status'>,
  run: Pick<RunRow, 'status'> | undefined,
): RunStatus {
  return status === 'running' && run?.status === 'killed' ? 'killed' : status;
}

/** Whether a task failed but counts as done, since its step has the option `catch`. */
export function isCaught({ status, error }: Pick<TaskRow, 'status' | 'error'>): boolean {
  return status === 'done' && error !== undefined;
}

export function painted(status: RunStatus | 'caught', { colors }: Output): string {
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
