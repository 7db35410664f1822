/** Ends processes: asks them by SIGTERM first, and ends those that are still there after a grace time. */
import { execFile } from 'node:child_process';
import { familyOf, isRunning, listProcesses } from './process-table';

/** How long a process may take to end after SIGTERM. Milliseconds. */
export const END_GRACE_MS = 2000;

/** How long to wait for the end of what got SIGKILL: the system may be busy. Milliseconds. */
const KILLED_MS = 1000;

const { kill } = process;

/**
 * Resolves when they have ended.
 *
 * @param find returns those that are alive and to be ended; asked again, since they may start others meanwhile
 */
export async function endProcesses(find: () => readonly number[]): Promise<void> {
  const begun = performance.now();
  const sent = new Map<number, NodeJS.Signals>();
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 50)) {
    const late = performance.now() - begun;
    const signal = late < END_GRACE_MS ? 'SIGTERM' : 'SIGKILL';
    const alive = new Set([...find(), ...[...sent.keys()].filter(isRunning)]);
    if (alive.size === 0 || late > END_GRACE_MS + KILLED_MS) return;
    for (const pid of alive) {
      if (sent.get(pid) === signal) continue;
      sent.set(pid, signal);
      send(pid, signal);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    // Windows has no signals: it ends a process with all that it started, at once.
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }, () => {});
    return;
  }
  try {
    kill.call(process, pid, signal);
  } catch {
    // It has just ended.
  }
}

/**
 * Ends what is left of the group of a process that has ended, and what it had started in groups of their own.
 *
 * @param leader the process, whose number is that of its group
 * @param others processes in other groups
 */
export async function endGroup(leader: number, others: readonly number[]): Promise<void> {
  if (others.length === 0 && !hasGroup(leader)) return;
  await endProcesses(() => {
    const all = listProcesses();
    const group = all.filter((one) => one.group === leader && one.pid !== leader).map(({ pid }) => pid);
    return [...new Set([...group, ...familyOf(others, all)])];
  });
}

function hasGroup(leader: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    kill.call(process, -leader, 0);
    return true;
  } catch {
    return false;
  }
}
