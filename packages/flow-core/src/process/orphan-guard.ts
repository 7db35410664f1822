/**
 * Ends processes when this one was killed: the workers of a coordinator, and what the step of a spin started. A worker leaves
 * by itself when its channel closes, but one in a loop that never yields does not notice. So one shell for all of them
 * waits for the end of a pipe from here. It costs about 1 ms once; a watching thread in each worker costs 45 ms of CPU
 * and 9 MB.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { KEEP, MARK } from '../environment/task-mark';

/**
 * Keeps the last line. At the end of the input, ends the process ids in it, with all that those have started, and the
 * groups, which have a minus. On Linux also what bears the mark of a worker: the news of it may have come too late. An empty
 * line is a normal end.
 */
const SCRIPT = `pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] && exit
tree() { for child in $(cat /proc/$1/task/*/children 2>/dev/null || pgrep -P "$1"); do tree "$child"; done; echo "$1"; }
marked() { grep -lsz "^${MARK}=$1\\." /proc/[0-9]*/environ | cut -d/ -f3; }
all=; for pid in $pids; do case $pid in -*) all="$all $pid $(marked "\${pid#-}")";; *) all="$all $(tree "$pid")";; esac; done
kill -15 $all; i=0; while kill -0 $all && [ $i -lt 20 ]; do sleep 0.1; i=$((i + 1)); done; kill -9 $all`;

export class OrphanGuard {
  readonly #targets = new Set<number>();
  #shell: ChildProcess | undefined;

  /** Until it has ended. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.add(pid);
    child.once('exit', () => this.remove(pid));
  }

  /** @param target a process id, or that of a group with a minus */
  add(target: number): void {
    // Without a shell, a worker in an endless loop outlives a killed coordinator. Nothing else is lost.
    if (process.platform === 'win32') return;
    this.#targets.add(target);
    this.#tell();
  }

  remove(target: number): void {
    if (this.#targets.delete(target)) this.#tell();
  }

  close(): void {
    this.#targets.clear();
    this.#shell?.stdin?.end('\n');
    this.#shell = undefined;
  }

  #tell(): void {
    if (this.#targets.size > 0) this.#shell ??= start();
    this.#shell?.stdin?.write(`${[...this.#targets].join(' ')}\n`);
  }
}

/** Runs in its own session: a signal to the coordinator's group must not end it first. */
function start(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    keep: true,
    env: { ...process.env, [MARK]: KEEP },
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  (shell.stdin as unknown as { unref?(): void })?.unref?.();
  shell.unref();
  return shell;
}
