/**
 * Names of temporary files and folders, which tell whose they are: what a killed process left is removed by the next one that
 * works in the same folder. The files of other machines are left alone; those of another container with this machine's name, whose
 * processes have numbers of their own, until nobody has written them for a week.
 */
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const HOST = hostname().replace(/[^\w.]/g, '_');

/** `.nx-flow-host.0f3a9c21-1234-9f86d081884c`; a suffix may follow. Earlier versions had no process space in it. */
const NAME = /^\.nx-flow-(.+)-(\d+)-[0-9a-f]{12}/;

/** How long nobody has written what is left of processes that cannot be asked for. Milliseconds. */
const LEFT_MS = 7 * 24 * 60 * 60 * 1000;

/** A name that nothing else has. */
export function temporaryName(): string {
  return `.nx-flow-${HOST}.${processSpace()}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

let space: string | undefined;

/**
 * In which space the numbers of processes are this one's. Two containers may have one name and share a folder: what is number 12
 * in one of them says nothing about number 12 in the other.
 */
export function processSpace(): string {
  space ??= createHash('sha256')
    .update(
      `${read(() => readlinkSync('/proc/self/ns/pid'))} ${read(() => readFileSync('/etc/machine-id', 'utf8'))}`,
    )
    .digest('hex')
    .slice(0, 8);
  return space;
}

/** Empty outside of Linux, where a machine has one such space. */
function read(work: () => string): string {
  try {
    return work();
  } catch {
    return '';
  }
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
    const path = join(folder, name);
    (isLeft(host, Number(pid), path) ? found.left : found.used).push(path);
  }
  return found;
}

function isLeft(host: string, pid: number, path: string): boolean {
  if (host === `${HOST}.${processSpace()}`) return !isAlive(pid);
  return host.replace(/\.[0-9a-f]{8}$/, '') === HOST && Date.now() - lastWritten(path) > LEFT_MS;
}

/** Of a folder, also of what is right in it. Milliseconds since 1970. */
function lastWritten(path: string): number {
  try {
    const found = lstatSync(path);
    const inside = found.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
    return Math.max(found.mtimeMs, ...inside.map((file) => lstatSync(file).mtimeMs));
  } catch {
    // It is being written or removed.
    return Date.now();
  }
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
