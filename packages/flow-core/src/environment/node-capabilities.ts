/** What the running Node can do. Only this file asks, by capability instead of version. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

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
