/**
 * Cards that have changed and that nobody has looked at since. What they show is known when they are looked at: until then, a
 * handle that changes may lie in any of them, however deep.
 */

/** Where copies of this package meet: a step may have made its handles with another one. */
const STALE = Symbol.for('@nx-flow/core:stale-cards');

/** What to call when any handle changes. */
export function staleCards(): Set<() => void> {
  const known = (globalThis as { [STALE]?: Set<() => void> })[STALE];
  if (known) return known;
  const value = new Set<() => void>();
  Object.defineProperty(globalThis, STALE, { value });
  return value;
}
