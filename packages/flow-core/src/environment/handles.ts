/** How many files this process may have open. */
import { readFileSync } from 'node:fs';

/** Undefined where the system does not say so at once, as outside of Linux. @throws EMFILE when all are open */
export function mostHandles(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
