/** Removes a folder that a broker may be leaving: what it writes meanwhile makes the removal fail, which is tried again then. */
import { rmSync } from 'node:fs';

/** The longest that a broker takes to leave, in attempts of {@link PAUSE_MS}. */
const ATTEMPTS = 500;
const PAUSE_MS = 20;

export function remove(path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || attempt === ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
