/** Whether the process of a run is gone, as far as this machine can tell. */
import { hostname } from 'node:os';
import { isAlive, processSpace } from '../../environment/temporary';
import type { RunRow } from './rows';

/**
 * A process of this machine that is no more. Another one may have its number, which is why the broker is asked first. One of
 * another container with this machine's name cannot be looked at.
 */
export function isGone({
  pid,
  host,
  processSpace: space,
}: Pick<RunRow, 'pid' | 'host' | 'processSpace'>): boolean {
  return host === hostname() && (space === undefined || space === processSpace()) && !isAlive(pid);
}
