/** Whether the process of a run is gone, as far as this machine can tell. */
import { hostname } from 'node:os';
import { isAlive } from '../environment/temporary';
import type { RunRow } from './rows';

/** A process of this machine that is no more. Another one may have its number, which is why the broker is asked first. */
export function isGone({ pid, host }: Pick<RunRow, 'pid' | 'host'>): boolean {
  return host === hostname() && !isAlive(pid);
}
