/** How a run stands now, whatever its row says: a coordinator that was killed could not write its end. */
import { hostname } from 'node:os';
import type { RunRow, Status } from '../../store/rows';

/** `killed`: it says that it is running, and its process is gone. */
export type RunStatus = Status | 'killed';

/** A run of this machine that says it is running, though its process is gone, was killed. */
export function statusNow({ status, pid, host }: Pick<RunRow, 'status' | 'pid' | 'host'>): RunStatus {
  if (status !== 'running' || host !== hostname()) return status;
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'running' : 'killed';
  }
}
