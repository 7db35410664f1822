/** What the Node at hand can do: asked by capability, not by version, and in this file alone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Collects all garbage now. Does nothing where this Node does not let a program do it. */
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
