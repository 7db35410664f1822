/** What the running Node can do. Only this file asks, by capability instead of version. */
import { setFlagsFromString } from 'node:v8';
import { createContext, runInNewContext, Script } from 'node:vm';

let collect: (() => void) | undefined;

/** Collects all garbage now. Does nothing when this Node does not allow it. */
export function collectGarbage(): void {
  if (!collect) {
    collect = () => {};
    try {
      setFlagsFromString('--expose-gc');
      const gc: unknown = runInNewContext('globalThis.gc');
      setFlagsFromString('--no-expose-gc');
      if (typeof gc === 'function') collect = () => gc();
    } catch {}
  }
  collect();
}

let checkpoint: (() => void) | undefined;

/**
 * Lets go of what a WeakRef was made of, or gave, within the running job: V8 keeps that until the job ends, and code that
 * never yields is one job. The end of a script in a context with a queue of its own has the same effect.
 */
export function endKeptObjects(): void {
  if (!checkpoint) {
    const context = createContext({}, { microtaskMode: 'afterEvaluate' });
    const nothing = new Script('0');
    checkpoint = () => void nothing.runInContext(context);
  }
  checkpoint();
}
