/**
 * Names of temporary files and folders, which tell whose they are: what a killed process left is removed by the next one that
 * works in the same folder. The files of other machines are left alone.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const HOST = hostname().replace(/[^\w.]/g, '_');

/** `.nx-flow-host-1234-9f86d081884c`; a suffix may follow. */
const NAME = /^\.nx-flow-(.+)-(\d+)-[0-9a-f]{12}/;

/** A name that nothing else has. */
export function temporaryName(): string {
  return `.nx-flow-${HOST}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Removes what processes of this machine that are gone left in a folder. What cannot be removed stays. */
export function sweepTemporary(folder: string): void {
  for (const path of temporaryIn(folder).left) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {}
  }
}

/** The temporary files and folders in a folder: `left` by processes of this machine that are gone, or still `used`. */
export function temporaryIn(folder: string): { left: string[]; used: string[] } {
  const found = { left: [] as string[], used: [] as string[] };
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return found;
  }
  for (const name of names) {
    const [, host, pid] = NAME.exec(name) ?? [];
    if (host === undefined) continue;
    const isLeft = host === HOST && !isAlive(Number(pid));
    (isLeft ? found.left : found.used).push(join(folder, name));
  }
  return found;
}

/** Whether there is a process with this number, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !hasEnded(pid);
}

/** Fields of `/proc/<pid>/stat` after the name: the third and the twentieth of all. */
const STATE = 0;
const THREADS = 17;

/** It keeps its number until somebody has asked how it ended: in many a container, where the first process never asks, for ever. */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // As long as another thread of it has not ended, its files are open and locked.
    return /^[ZX]/.test(fields[STATE] as string) && Number(fields[THREADS]) <= 1;
  } catch {
    // There is no such file outside of Linux.
    return false;
  }
}
