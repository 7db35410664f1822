/**
 * Guards an import. The code of a flow's file may end the process, throw where nothing catches it, wait for what
 * never comes, or loop: each of these ends the import, and none of them the process.
 */
import { dirname } from 'node:path';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { runInThisContext } from 'node:vm';
import type { FlowError } from '../definition/errors';
import { packageFile } from '../environment/package-root';
import { forbidExit } from '../process/ending';
import { keepDescriptors } from '../process/keep-descriptors';
import { type Ending, ImportEnded } from './import-ended';
import { endsSlowImports, importWatch, tellSlow, whenUnwatched } from './import-watch';

/** Since when the import under way is slow. On the clock of `performance`, in milliseconds. */
let slowFrom = Number.POSITIVE_INFINITY;
let underWay = '';

/** Steps of the flow are executed in this process: what is thrown late may be theirs. */
let steps = false;
let forgetLate = () => {};

/**
 * Executes an import. Rejects with what it throws, or with {@link ImportEnded}. If the command hears of late
 * failures, what the imported code does after its import is heard until the command ends.
 */
export async function guardImport<T>(file: string, work: () => Promise<T>): Promise<T> {
  const { timeoutMs, slowMs, late } = importWatch();
  keepDescriptors();
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
    fail(error);
    return ended ?? error;
  };
  forgetLate();
  const stop = hearLeaving(end);
  const stuck = () => void end({ how: 'stuck' });
  process.on('beforeExit', stuck);
  const { exitCode } = process;
  const letGo = letGoOfChannel();
  slowFrom = performance.now() + slowMs;
  underWay = file;
  const slow = setTimeout(() => tellSlow(file), slowMs).unref();
  const limit = endsSlowImports()
    ? setTimeout(() => void end({ how: 'slow', timeoutMs }), timeoutMs).unref()
    : undefined;
  try {
    const result = await Promise.race([failed, work()]);
    // A rejection that nothing handles is known when the microtasks are done.
    await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
    if (late) hearLate(file, late);
    return result;
  } catch (error) {
    // The code may have caught what was thrown at it, and thrown something else.
    throw ended ?? error;
  } finally {
    slowFrom = Number.POSITIVE_INFINITY;
    clearTimeout(slow);
    clearTimeout(limit);
    process.off('beforeExit', stuck);
    stop();
    process.exitCode = exitCode;
    letGo();
  }
}

/** Every way in which code ends the process, by a call or by what it throws. */
function hearLeaving(end: (ending: Ending) => Error | undefined): () => void {
  const threw = (thrown: unknown) => {
    if (!isEnded(thrown)) end({ how: 'threw', thrown });
  };
  const rejected = (thrown: unknown) => {
    if (!isEnded(thrown)) end({ how: 'rejected', thrown });
  };
  process.on('uncaughtException', threw);
  process.on('unhandledRejection', rejected);
  const allowLeaving = forbidExit((call) => end({ how: 'left', call }));
  return () => {
    allowLeaving();
    process.off('uncaughtException', threw);
    process.off('unhandledRejection', rejected);
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

function hearLate(file: string, late: (error: FlowError) => void): void {
  steps = false;
  let told = false;
  const stop = hearLeaving((ending) => {
    const error = new ImportEnded(ending);
    // What a step does is heard by who executes it. A program that started the command, such as Nx, may end it.
    if (steps || (ending.how === 'left' && !isOfFlow(error.stack))) return undefined;
    if (told) return error;
    told = true;
    void import('./import-error').then(({ lateError }) => late(lateError(file, error)));
    return error;
  });
  forgetLate = () => {
    forgetLate = () => {};
    stop();
  };
  whenUnwatched(() => forgetLate());
}

/** Whether a call comes from code that is neither Node's, nor the engine's, nor a package's. */
function isOfFlow(stack = ''): boolean {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return frames.some((line) => !/\bnode:|[\\/]node_modules[\\/]/.test(line) && !line.includes(OWN));
}
const OWN = dirname(packageFile('dist'));

/** From now on, steps are executed in this process: what is thrown late is not heard here any more. */
export function stepsBegin(): void {
  steps = true;
}

/**
 * The channel of a process that another one started, as Nx does, would keep it alive, so that an await of what never comes
 * would not be noticed. Returns a function that puts that right.
 */
export function letGoOfChannel(): () => void {
  const { channel } = process;
  if (!channel) return () => {};
  try {
    channel.unref();
  } catch {
    // A test runner's copy of the process cannot be let go.
    return () => {};
  }
  return () => {
    if (process.listenerCount('message') + process.listenerCount('disconnect') > 0) channel.ref();
  };
}

/** Called between two files of an import: a timer does not fire while they are evaluated. */
export function tellIfSlow(): void {
  if (performance.now() < slowFrom) return;
  slowFrom = Number.POSITIVE_INFINITY;
  tellSlow(underWay);
}

const CALL = Symbol.for('@nx-flow/core:import');

/**
 * Calls a function, and ends it when it takes too long, also in a loop that never yields: V8 has a thread for that.
 * @throws ImportEnded
 */
export function callInTime<T>(call: () => T): T {
  const { timeoutMs } = importWatch();
  // A test runner's modules live in a context of their own, from which V8 does not come back in order.
  if (!endsSlowImports() || runInThisContext('globalThis') !== globalThis) return call();
  const begun = performance.now();
  Object.defineProperty(globalThis, CALL, { configurable: true, value: call });
  try {
    return runInThisContext(`globalThis[Symbol.for('${CALL.description}')]()`, { timeout: timeoutMs }) as T;
  } catch (error) {
    if (performance.now() - begun < timeoutMs) throw error;
    throw new ImportEnded({ how: 'slow', timeoutMs });
  } finally {
    Reflect.deleteProperty(globalThis, CALL);
  }
}
