/** Calls a function, and ends it when it takes too long, also in a loop that never yields: V8 has a thread for that. */
import { readSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { isDebugged } from './debugged';

const CALL = Symbol.for('@nx-flow/core:call');
/** @param tooLong called when the function was ended: it throws, or gives a value instead */
export function callWithin<T>(timeoutMs: number, call: () => T, tooLong: () => T): T {
  // A test runner's modules live in a context of their own, from which V8 does not come back in order.
  // Node's own functions are not of that context.
  if (isDebugged() || !(readSync instanceof Function)) return call();
  let done = false;
  const value = () => {
    try {
      return call();
    } finally {
      // Not reached by code that is ended.
      done = true;
    }
  };
  Object.defineProperty(globalThis, CALL, { configurable: true, value });
  try {
    return runInThisContext(`globalThis[Symbol.for('${CALL.description}')]()`, { timeout: timeoutMs }) as T;
  } catch (error) {
    if (done) throw error;
    return tooLong();
  } finally {
    Reflect.deleteProperty(globalThis, CALL);
  }
}
