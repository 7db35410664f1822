/**
 * What a flow left to be called when its process exits. It is called, and the exit code stays what it was: a listener that
 * sets another, ends the process, throws, or never returns, changes nothing.
 */
import { callContained } from './call-contained';
import { stopListening } from './listeners';

export type ExitListener = (code: number) => void;
type Raw = ExitListener & { listener?: ExitListener };

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
      callContained('exit', raw, [code]);
    },
    { listener: raw.listener ?? raw },
  );
  contained.add(call);
  return call;
}
