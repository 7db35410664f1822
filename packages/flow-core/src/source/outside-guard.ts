/**
 * Ends this process from outside when an import by ES modules takes too long and never yields: neither a timer nor
 * V8's own limit reaches such code. A shell waits meanwhile, for about 2 ms of CPU; a thread would take 70 ms.
 */
import { spawn } from 'node:child_process';

/** Ends itself, and the `sleep`, at the end of its input: when the import has ended, or this process. */
const SCRIPT = '(sleep "$1"; echo "$2" >&2; kill -9 "$3") & read -r _; kill -9 0';

/** What code that does yield gets before that. Milliseconds. */
const GRACE_MS = 2000;

/** Returns a function that ends the guard. @param sentence what is printed before the process is killed */
export function guardFromOutside(timeoutMs: number, sentence: string): () => void {
  if (process.platform === 'win32') return () => {};
  const seconds = String(Math.ceil((timeoutMs + GRACE_MS) / 1000));
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', seconds, sentence, String(process.pid)], {
    // A group of its own: it ends that, and a signal to this process's group must not end it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  (shell.stdin as unknown as { unref?(): void })?.unref?.();
  shell.unref();
  return () => shell.stdin?.destroy();
}
