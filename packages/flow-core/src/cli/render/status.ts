/** How a run or a task stands, in one coloured word. */
import { hostname } from 'node:os';
import type { RunRow, Status } from '../../store/rows';
import type { Output } from './output';

/** A run that says it is running, though its process is gone, was killed. */
export function statusOf(run: Pick<RunRow, 'status' | 'pid' | 'host'>): Status | 'killed' {
  if (run.status !== 'running' || run.host !== hostname()) return run.status;
  try {
    process.kill(run.pid, 0);
    return 'running';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'running' : 'killed';
  }
}

export function statusText(run: Pick<RunRow, 'status' | 'pid' | 'host'>, { colors }: Output): string {
  const status = statusOf(run);
  const paint = {
    done: colors.green,
    failed: colors.red,
    killed: colors.red,
    running: colors.cyan,
    stopped: colors.yellow,
  };
  return paint[status](status);
}
