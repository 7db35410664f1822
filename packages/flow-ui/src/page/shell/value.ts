/** A value that several parts of the page look at: who looks is drawn again when it changes. */
import { useEffect, useState } from 'preact/hooks';

export interface Value<T> {
  get(): T;
  set(value: T): void;
  /** Calls back after each change. Returns what ends it. */
  watch(listener: () => void): () => void;
}

export function value<T>(current: T): Value<T> {
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const listener of [...listeners]) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useValue<T>(of: Value<T>): T {
  const [, draw] = useState({});
  useEffect(() => {
    const seen = of.get();
    const stop = of.watch(() => draw({}));
    // It may have changed between the drawing and now.
    if (!Object.is(seen, of.get())) draw({});
    return stop;
  }, [of]);
  return of.get();
}
