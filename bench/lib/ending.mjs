/** Ctrl-C and SIGTERM: what is still up or lying about is undone, the last thing first, before the benchmark leaves. */
import { constants } from 'node:os';

const undos = new Set();
let begun = false;

/**
 * Registers what has to be undone if the benchmark is interrupted.
 * @param {() => unknown} undo
 * @returns {() => void} forgets it again
 */
export function whenInterrupted(undo) {
  undos.add(undo);
  return () => undos.delete(undo);
}

/** Whether the benchmark is leaving: nothing new begins then. */
export const interrupted = () => begun;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (begun) return;
    begun = true;
    for (const undo of [...undos].reverse()) {
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      }
    }
    process.exit(128 + constants.signals[signal]);
  });
}
