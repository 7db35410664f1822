/** Timeouts in this process, also for code that never yields. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { packageFile } from '../../environment/package-root';
import { childrenHere } from '../../process/end-children';
import { TIMEOUT_GRACE_MS, timeoutError } from '../task/policies';
import { firstOf } from './first-of';

/** How long after the end of its JavaScript the main thread may be held up by a call that blocks. Milliseconds. */
const BLOCKED_MS = 200;

/** After how long such a call is told of, which is the end of no process. Milliseconds. */
const TOLD_MS = 2000;

const BLOCKED = `The step is over its timeout, and waits in a call that nothing can end, such as a read of its input: end the command.\n`;

/**
 * Runs on a thread of its own, and ends the main thread's current JavaScript through the inspector, which no
 * `try`/`catch` holds up. Then the event loop turns again, and the ordinary timer speaks. Where it does not, the main
 * thread waits for a process that the body has started: that is ended, too.
 */
const GUARD = `
const { parentPort, workerData } = require('node:worker_threads');
const { Session } = require('node:inspector');
const { ms, blockedMs, toldMs, blocked, file, before } = workerData;
let session;
parentPort.once('message', () => {
  session?.disconnect();
  process.exit();
});
setTimeout(() => {
  session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => {});
  setInterval(() => require(file).endChildren(before), blockedMs);
  setTimeout(() => require('node:fs').writeSync(2, blocked), toldMs);
}, ms);
`;

/**
 * Settles as the work does, or rejects with FLOW_TIMEOUT. The signal is aborted then.
 * Under a debugger it takes as long as it will: a breakpoint is no endless loop.
 * @param lenient Without the guard. Where async hooks are in use (jest), Node aborts after such an end.
 */
export async function withTimeout<T>(
  work: () => Promise<T>,
  ms: number,
  abort: AbortController,
  lenient = false,
): Promise<T> {
  const { url } = await import('node:inspector');
  if (url() !== undefined) return work();
  const guard = !lenient ? startGuard(ms + TIMEOUT_GRACE_MS) : undefined;
  if (guard) allowEndInCallbacks();
  guard?.unref();
  let timer: NodeJS.Timeout | undefined;
  const begun = performance.now();
  try {
    // What is ended is all that is being called: this function must wait already.
    const later = async () => {
      await undefined;
      return work();
    };
    const result = await firstOf(later, (fail) => {
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
    if (guard) await endGuard(guard, performance.now() - begun > ms + TIMEOUT_GRACE_MS);
  }
}

/** @param ms after which the main thread is ended */
function startGuard(ms: number): Worker {
  const workerData = {
    ms,
    blockedMs: BLOCKED_MS,
    toldMs: TOLD_MS,
    blocked: BLOCKED,
    file: packageFile('dist/end-children.js'),
    before: childrenHere(),
  };
  return new Worker(GUARD, { eval: true, workerData });
}

interface AsyncWrap {
  async_hook_fields: Uint32Array;
  constants: { kCheck: number; kTotals: number };
}

/**
 * When JavaScript is ended in a callback, such as one of a timer, Node misses the end of that callback in its books, and
 * aborts the process. Only the option `--no-force-async-hooks-checks` tells it not to, and this is what that does.
 */
function allowEndInCallbacks(): void {
  const { noDeprecation } = process;
  const { binding } = process as unknown as { binding?(name: string): AsyncWrap };
  try {
    // Node has warned of it for years, and offers nothing in its place.
    process.noDeprecation = true;
    const { async_hook_fields: fields, constants } = binding?.call(process, 'async_wrap') ?? {};
    // The second is for processes in which asynchronous work is followed: a look at the books of it is the same abort.
    if (fields && constants) fields[constants.kCheck] = fields[constants.kTotals] = 0;
  } catch {
    // A later Node, without it: the process of such a step is aborted.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Where it has become active, it lets go of the inspector first: Node would tell of a debugger when the process exits. */
async function endGuard(guard: Worker, active: boolean): Promise<void> {
  if (!active) {
    await guard.terminate();
    return;
  }
  guard.ref();
  guard.postMessage('end');
  await once(guard, 'exit');
}
