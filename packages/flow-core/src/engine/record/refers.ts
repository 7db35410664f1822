/** Which runs can refer to tasks of others: those that took tasks over. */
import type { RunRow } from '../../store/rows/rows';

export function refersToOthers({
  origin,
  reuse,
  tasks,
}: Pick<RunRow, 'origin' | 'reuse' | 'tasks'>): boolean {
  return origin !== undefined || reuse === true || Boolean(tasks?.taken);
}
