/** Waits until a child process has ended and all its output was read. */
import type { ChildProcess } from 'node:child_process';

/**
 * Calls `ended` when a process has ended and all its messages are read. It does not wait for the output to close:
 * a process that a step started and left may hold that open for ever.
 */
export function onEnd(
  child: ChildProcess,
  ended: (code: number | null, signal: string | null) => void,
): void {
  const check = () => {
    if ((child.exitCode === null && child.signalCode === null) || child.connected) return;
    child.off('exit', check).off('disconnect', check);
    const letGo = () => {
      clearTimeout(timer);
      child.off('close', letGo);
      child.stdout?.destroy();
      child.stderr?.destroy();
      ended(child.exitCode, child.signalCode);
    };
    const timer = setTimeout(letGo, LAST_WORDS_MS);
    child.once('close', letGo);
  };
  child.on('exit', check).on('disconnect', check);
  check();
}

/** How long to wait for the last output of an ended process. Milliseconds. */
export const LAST_WORDS_MS = 50;
