/** The processes of this machine: who started whom, and in which group they are. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { KEEP, MARK } from '../environment/task-mark';

export interface Listed {
  pid: number;
  parent: number;
  group: number;
}

const linux = process.platform === 'linux';

/** All that are alive. @param from on Linux, those with a smaller number are not looked at */
export function listProcesses(from = 0): Listed[] {
  return linux ? listOfLinux(from) : listByPs();
}

function listOfLinux(from: number): Listed[] {
  const found: Listed[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!(pid >= from)) continue;
    const listed = readStat(pid);
    if (listed) found.push(listed);
  }
  return found;
}

/** Returns undefined when the process has ended, also when nothing has waited for it yet. */
function readStat(pid: number | 'self'): Listed | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    const [state = 'X', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { pid: Number.parseInt(stat, 10), parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

function listByPs(): Listed[] {
  try {
    const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' });
    return text
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([pid, , , state]) => pid && !state?.startsWith('Z'))
      .map(([pid, parent, group]) => ({ pid: Number(pid), parent: Number(parent), group: Number(group) }));
  } catch {
    return [];
  }
}

/** Whether a process goes on: one that has ended and was not waited for yet does not. */
export function isRunning(pid: number): boolean {
  if (linux) return readStat(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Returns the roots that are alive and all that they started, however far down, without what is to stay. */
export function familyOf(roots: readonly number[], all: readonly Listed[]): number[] {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of all) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const family = new Set(all.filter(({ pid }) => roots.includes(pid)).map(({ pid }) => pid));
  for (const pid of family) {
    for (const child of children.get(pid) ?? []) if (markOf(child) !== KEEP) family.add(child);
  }
  return [...family];
}

/** Returns the value of {@link MARK} with which a process was started; undefined where that cannot be known. */
export function markOf(pid: number): string | undefined {
  if (!linux) return undefined;
  try {
    const found = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((pair) => pair.startsWith(`${MARK}=`));
    return found?.slice(MARK.length + 1);
  } catch {
    return undefined;
  }
}

/** The group of this process. */
export function ownGroup(all: readonly Listed[]): number | undefined {
  return linux ? readStat('self')?.group : all.find(({ pid }) => pid === process.pid)?.group;
}
