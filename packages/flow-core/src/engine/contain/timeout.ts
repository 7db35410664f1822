/** Timeouts in this process, also for code that never yields. */
import { Worker } from 'node:worker_threads';
import { TIMEOUT_GRACE_MS, timeoutError } from '../task/policies';
import { firstOf } from './first-of';

/**
 * Runs on a thread of its own, and ends the main thread's current JavaScript through the inspector, which no
 * `try`/`catch` holds up. Then the event loop turns again, and the ordinary timer speaks.
 */
const GUARD = `
const { workerData } = require('node:worker_threads');
const { Session } = require('node:inspector');
setTimeout(() => {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => {});
}, workerData);
`;

/**
 * Settles as the work does, or rejects with FLOW_TIMEOUT. The signal is aborted then.
 * Under a debugger there is no guard: a breakpoint is no endless loop.
 * @param lenient Without the guard. Where async hooks are in use (jest), Node aborts after such an end.
 */
export async function withTimeout<T>(
  work: () => Promise<T>,
  ms: number,
  abort: AbortController,
  lenient = false,
): Promise<T> {
  const { url } = await import('node:inspector');
  const guard =
    url() === undefined && !lenient
      ? new Worker(GUARD, { eval: true, workerData: ms + TIMEOUT_GRACE_MS })
      : undefined;
  guard?.unref();
  let timer: NodeJS.Timeout | undefined;
  const begun = performance.now();
  try {
    const result = await firstOf(work, (fail) => {
      timer = setTimeout(() => {
        const error = timeoutError(ms);
        abort.abort(error);
        fail(error);
      }, ms);
    });
    // It held up the timer, too.
    if (lenient && performance.now() - begun > ms) throw timeoutError(ms);
    return result;
  } finally {
    clearTimeout(timer);
    await guard?.terminate();
  }
}
