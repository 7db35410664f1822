/**
 * Guards an import. The code of a flow's file may end the process, throw where nothing catches it, wait for what
 * never comes, or loop: each of these ends the import, and none of them the process.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { containExitListeners } from '../process/at-exit';
import { callWithin } from '../process/call-within';
import { keepDescriptors } from '../process/keep-descriptors';
import { letGoOfChannel } from '../process/let-go-of-channel';
import { beginImport, earlierAtFault, hasEarlierImports } from './earlier-imports';
import { hearFailures } from './hear-failures';
import { type Ending, ImportEnded } from './import-ended';
import { endsSlowImports, importWatch, tellSlow } from './import-watch';
import { hearLate, rememberProgram, stopHearingLate } from './late-failures';

// A flow may replace them.
const { cwd, chdir } = process;

/** Since when the import under way is slow. On the clock of `performance`, in milliseconds. */
let slowFrom = Number.POSITIVE_INFINITY;
let underWay = '';

/**
 * Executes an import. Rejects with the first thing that it throws, or with {@link ImportEnded}. If the command hears of
 * late failures, what the imported code does after its import is heard until the command ends; when the import failed,
 * it comes to nothing.
 */
export async function guardImport<T>(file: string, work: () => Promise<T>): Promise<T> {
  const { timeoutMs, slowMs, late, byParent } = importWatch();
  keepDescriptors();
  rememberProgram();
  let ended: ImportEnded | undefined;
  let fail: (error: ImportEnded) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      ended ??= error;
      reject(ended);
    };
  });
  // It may be rejected while the import is at work, and nothing waits for it then.
  failed.catch(() => {});
  const end = (ending: Ending) => {
    const error = new ImportEnded(ending);
    const tellEarlier = earlierAtFault(error, begun);
    if (tellEarlier) tellEarlier(error);
    else fail(error);
    return tellEarlier ? error : (ended ?? error);
  };
  stopHearingLate();
  const begun = beginImport(file);
  const stuck = () => void end({ how: 'stuck' });
  process.on('beforeExit', stuck);
  const containListeners = containExitListeners();
  const hearing = hearFailures(end);
  // What hears the import ends before what hears it late begins: one does not stay beneath the other.
  const release = () => {
    process.off('beforeExit', stuck);
    hearing.stop();
    hearing.allowExit();
    containListeners();
  };
  const { exitCode } = process;
  const folder = cwd();
  const letGo = letGoOfChannel();
  slowFrom = performance.now() + slowMs;
  underWay = file;
  const slow = setTimeout(() => tellSlow(file), slowMs).unref();
  const limit = endsSlowImports()
    ? setTimeout(() => void end({ how: 'slow', timeoutMs }), timeoutMs).unref()
    : undefined;
  try {
    // From here on, the code of this import is called by what is newer than what another one left.
    if (hasEarlierImports()) await new Promise((resolve) => setImmediate(resolve));
    const result = await Promise.race([failed, work()]);
    // A rejection that nothing handles is known when the microtasks are done.
    await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
    release();
    if (late) hearLate(begun, late);
    return result;
  } catch (error) {
    // Its first failure is told. What comes while that is rendered and sent must neither end the process nor be told.
    release();
    if (late || byParent) hearLate(begun);
    // The code may have caught what was thrown at it, and thrown something else.
    throw ended ?? error;
  } finally {
    slowFrom = Number.POSITIVE_INFINITY;
    clearTimeout(slow);
    clearTimeout(limit);
    process.exitCode = exitCode;
    returnTo(folder);
    letGo();
  }
}

/** Every task begins in the folder of its command, wherever the file of its flow went. */
function returnTo(folder: string): void {
  try {
    if (cwd() !== folder) chdir(folder);
  } catch {
    // It was removed.
  }
}

/** Called between two files of an import: a timer does not fire while they are evaluated. */
export function tellIfSlow(): void {
  if (performance.now() < slowFrom) return;
  slowFrom = Number.POSITIVE_INFINITY;
  tellSlow(underWay);
}

/** @throws ImportEnded when the call takes too long */
export function callInTime<T>(call: () => T): T {
  const { timeoutMs } = importWatch();
  if (!endsSlowImports()) return call();
  return callWithin(timeoutMs, call, () => {
    throw new ImportEnded({ how: 'slow', timeoutMs });
  });
}
