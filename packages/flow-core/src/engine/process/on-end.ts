/** Waits until a child process is gone and everything that it printed was read. */
import type { ChildProcess } from 'node:child_process';

/**
 * Told when a process has ended and all its messages are read. Not when its output is closed: a process that a step
 * started, and left, may hold that open for ever.
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

/** How long the last words of an ended process are waited for. Milliseconds. */
export const LAST_WORDS_MS = 50;
