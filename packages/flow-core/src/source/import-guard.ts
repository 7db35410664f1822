/**
 * Guards an import. The code of a flow's file may end the process, throw where nothing catches it, wait for what
 * never comes, or loop: each of these ends the import, and none of them the process.
 */
import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { FlowError } from '../definition/errors';
import { containExitListeners } from '../process/at-exit';
import { callWithin } from '../process/call-within';
import { type Ends, endsOfProcess, forbidExit } from '../process/ending';
import { keepDescriptors } from '../process/keep-descriptors';
import { letGoOfChannel } from '../process/let-go-of-channel';
import { Listeners } from '../process/listeners';
import { type Ending, ImportEnded } from './import-ended';
import { filesOf, isOfFlow, stackOf } from './import-stack';
import { endsSlowImports, importWatch, tellSlow, whenUnwatched } from './import-watch';

/** Since when the import under way is slow. On the clock of `performance`, in milliseconds. */
let slowFrom = Number.POSITIVE_INFINITY;
let underWay = '';

/** Steps of the flow are executed in this process: what is thrown late may be theirs. */
let steps: 'none' | 'under way' | 'ended' = 'none';
let forgetLate = () => {};
/** Lets code of the last flow end the process again. */
let allowLate = () => {};

/** Files of modules that this process had loaded before it imported a flow: those of the program that it is. */
let programs: ReadonlySet<string> = new Set();
/** How that program ends it. */
let ends: Ends | undefined;

/** What this command has imported before: from which asynchronous resource on, and what hears what it does late. */
const earlier = new Map<string, { from: number; tell(error: ImportEnded): void }>();

/**
 * Executes an import. Rejects with the first thing that it throws, or with {@link ImportEnded}. If the command hears of
 * late failures, what the imported code does after its import is heard until the command ends; when the import failed,
 * it comes to nothing.
 */
export async function guardImport<T>(file: string, work: () => Promise<T>): Promise<T> {
  const { timeoutMs, slowMs, late, byParent } = importWatch();
  keepDescriptors();
  if (!ends) {
    programs = new Set(Object.keys(require.cache));
    ends = endsOfProcess();
  }
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
    const before = earlierOf(error, file, from);
    if (before) before(error);
    else fail(error);
    return before ? error : (ended ?? error);
  };
  forgetLate();
  allowLate();
  const from = newAsyncId();
  const stuck = () => void end({ how: 'stuck' });
  process.on('beforeExit', stuck);
  const containListeners = containExitListeners();
  const { stop, allowLeaving } = hearLeaving(end);
  // What hears the import ends before what hears it late begins: one does not stay beneath the other.
  const release = () => {
    process.off('beforeExit', stuck);
    stop();
    allowLeaving();
    containListeners();
  };
  const { exitCode } = process;
  const letGo = letGoOfChannel();
  slowFrom = performance.now() + slowMs;
  underWay = file;
  const slow = setTimeout(() => tellSlow(file), slowMs).unref();
  const limit = endsSlowImports()
    ? setTimeout(() => void end({ how: 'slow', timeoutMs }), timeoutMs).unref()
    : undefined;
  try {
    // From here on, the code of this import is called by what is newer than what another one left.
    if (earlier.size > 0) await new Promise((resolve) => setImmediate(resolve));
    const result = await Promise.race([failed, work()]);
    // A rejection that nothing handles is known when the microtasks are done.
    await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
    release();
    if (late) hearLate(file, from, late);
    return result;
  } catch (error) {
    // Its first failure is told. What comes while that is rendered and sent must neither end the process nor be told.
    release();
    if (late || byParent) hearLate(file, from);
    // The code may have caught what was thrown at it, and thrown something else.
    throw ended ?? error;
  } finally {
    slowFrom = Number.POSITIVE_INFINITY;
    clearTimeout(slow);
    clearTimeout(limit);
    process.exitCode = exitCode;
    letGo();
  }
}

interface Hearing {
  /** Hears no more of what is thrown. */
  stop(): void;
  /** Lets code end the process. */
  allowLeaving(): void;
}

/** Every way in which code ends the process, by a call or by what it throws. */
function hearLeaving(end: (ending: Ending) => Error | undefined, insistOn?: Ends): Hearing {
  const threw = (thrown: unknown) => {
    if (!isEnded(thrown)) end({ how: 'threw', thrown });
  };
  const rejected = (thrown: unknown) => {
    if (!isEnded(thrown)) end({ how: 'rejected', thrown });
  };
  process.on('uncaughtException', threw);
  process.on('unhandledRejection', rejected);
  const letListenersGo = new Listeners().keep();
  return {
    allowLeaving: forbidExit((call) => end({ how: 'left', call }), insistOn),
    stop() {
      letListenersGo();
      process.off('uncaughtException', threw);
      process.off('unhandledRejection', rejected);
    },
  };
}

/** What is thrown may be a Proxy, whose prototype cannot be asked for. */
function isEnded(thrown: unknown): boolean {
  try {
    return thrown instanceof ImportEnded;
  } catch {
    return false;
  }
}

/** @param late is told of the first failure; absent when the import has failed, which is told already */
function hearLate(file: string, from: number, late?: (error: FlowError) => void): void {
  steps = 'none';
  let told = late === undefined;
  const tell = (error: ImportEnded) => {
    if (told) return;
    told = true;
    void import('./import-error').then(({ lateError }) => late?.(lateError(file, error)));
  };
  earlier.set(file, { from, tell });
  let over = false;
  const containListeners = containExitListeners();
  const { stop, allowLeaving } = hearLeaving((ending) => {
    const { stackTraceLimit } = Error;
    // Down to the code that calls.
    Error.stackTraceLimit = 50;
    const error = new ImportEnded(ending);
    Error.stackTraceLimit = stackTraceLimit;
    // What a step does is heard by who executes it. A program that started the command, such as Nx, may end it.
    if (steps === 'under way' || (ending.how === 'left' && !isOfFlow(error.stack, programs)))
      return undefined;
    if (steps === 'none' && !over) (earlierOf(error, file, from) ?? tell)(error);
    return error;
  }, ends);
  forgetLate = () => {
    forgetLate = () => {};
    stop();
    containListeners();
  };
  // A process may go on when its command has ended, until Nx ends it with what the command came to.
  allowLate = () => {
    allowLate = () => {};
    allowLeaving();
  };
  whenUnwatched(() => {
    over = true;
    earlier.clear();
    forgetLate();
  });
}

/** Of what an earlier import left, as the stack tells, or the timer: who hears it. */
function earlierOf(
  { ending, stack }: ImportEnded,
  file: string,
  from: number,
): ((error: ImportEnded) => void) | undefined {
  if (earlier.size === 0 || ending.how === 'stuck' || ending.how === 'slow') return undefined;
  const files = filesOf(ending.how === 'left' ? stack : stackOf(ending.thrown));
  if (files.includes(file)) return undefined;
  const named = files.map((one) => earlier.get(one)).find((one) => one !== undefined);
  if (named) return named.tell;
  const id = executionAsyncId();
  return id < from ? [...earlier.values()].findLast((one) => one.from <= id)?.tell : undefined;
}

/** Every timer and every callback has a number, and newer ones have higher numbers. */
function newAsyncId(): number {
  return new AsyncResource('nx-flow').asyncId();
}

/** From now on, steps are executed in this process: what is thrown late is not heard here any more. */
export function stepsBegin(): void {
  steps = 'under way';
}

/** What the file of a flow does from now on, after its step, changes nothing about what the step came to. */
export function stepsEnd(): void {
  steps = 'ended';
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
