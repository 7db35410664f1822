/**
 * Ends what this process waits for in a call that blocks, such as `execSync`: the call then returns. Only another thread can
 * do that. On Windows nobody says which processes these are.
 */
import { KEEP } from '../environment/task-mark';
import { familyOf, listProcesses, markOf } from './process-table';

const { kill, pid: here } = process;

/** The processes that this one has started, and that are alive. */
export function childrenHere(): number[] {
  return listProcesses(0)
    .filter(({ parent }) => parent === here)
    .map(({ pid }) => pid);
}

/**
 * Ends the children of this process at once, with all that they started, but for those that are to stay.
 * @param before those that are not looked at
 */
export function endChildren(before: readonly number[]): void {
  const all = listProcesses(0);
  const roots = all.filter(
    ({ pid, parent }) => parent === here && !before.includes(pid) && markOf(pid) !== KEEP,
  );
  for (const pid of familyOf(
    roots.map((root) => root.pid),
    all,
  )) {
    try {
      kill.call(process, pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}
