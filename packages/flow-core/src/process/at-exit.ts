/**
 * What a flow left to be called when its process exits. It is called, and the exit code stays what it was: a listener that
 * sets another, ends the process, throws, or never returns, changes nothing.
 */
import { callWithin } from './call-within';
import { stopListening } from './listeners';
import { replaceFunctions } from './replace-functions';

export type ExitListener = (code: number) => void;
type Raw = ExitListener & { listener?: ExitListener };

/** How long one may take. Milliseconds. */
const LIMIT_MS = 5000;

const contained = new WeakSet<ExitListener>();

/** Contains those that are added until the returned function is called. They stay in their order, and can be removed. */
export function containExitListeners(): () => void {
  const before = new Set(exitListeners());
  const isKnown = (listener: Raw) => before.has(listener) || contained.has(listener);
  return () => {
    const now = exitListeners();
    if (now.every(isKnown)) return;
    for (const listener of now) process.off('exit', listener);
    for (const listener of now) process.on('exit', isKnown(listener) ? listener : containing(listener));
  };
}

/** Has these called when the process exits. */
export function callAtExit(listeners: readonly ExitListener[]): void {
  for (const listener of listeners)
    process.on('exit', contained.has(listener) ? listener : containing(listener));
}

function exitListeners(): Raw[] {
  return process.rawListeners('exit') as Raw[];
}

/** As with `once` of Node, `off` finds it by the listener that it calls. */
function containing(raw: Raw): ExitListener {
  const once = raw.listener !== undefined;
  const call = Object.assign(
    (code: number) => {
      if (once) stopListening('exit', call);
      callContained(raw, code);
    },
    { listener: raw.listener ?? raw },
  );
  contained.add(call);
  return call;
}

function callContained(listener: ExitListener, code: number): void {
  const { exitCode } = process;
  const allowEnd = refuseEnd();
  try {
    callWithin(
      LIMIT_MS,
      () => listener.call(process, code),
      () => {
        const seconds = LIMIT_MS / 1000;
        process.stderr.write(`A listener of the event exit took longer than ${seconds} s, and was ended.\n`);
      },
    );
  } catch {
    // Its flow has ended. What fails now changes nothing.
  }
  allowEnd();
  process.exitCode = exitCode;
}

/** Until the returned function is called, also where the listener has frozen `process`, so that these stay in their places. */
function refuseEnd(): () => void {
  let active = true;
  const refusing =
    (refuses: (...given: unknown[]) => boolean) =>
    (real?: (...given: unknown[]) => unknown) =>
    (...given: unknown[]) => {
      if (active && refuses(...given)) throw new Error('The process is exiting already.');
      return real?.apply(process, given);
    };
  const always = refusing(() => true);
  const putBack = replaceFunctions({
    exit: always,
    reallyExit: always,
    abort: always,
    kill: refusing((pid) => pid === process.pid),
  });
  return () => {
    active = false;
    putBack();
  };
}
