/** A timer for any time: Node's own fires at once where it is asked to wait for longer than 24.8 days. */

// A step may replace them.
const { setTimeout, clearTimeout } = globalThis;

/** The longest that a timer of Node waits. Milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

export interface After {
  /** A process that waits for nothing else may end. */
  unref(): After;
  cancel(): void;
}

/** Calls a function once, after so many milliseconds. */
export function after(ms: number, call: () => void): After {
  let timer: NodeJS.Timeout;
  let held = true;
  const wait = (left: number) => {
    timer = setTimeout(
      () => (left > LONGEST_MS ? wait(left - LONGEST_MS) : call()),
      Math.min(left, LONGEST_MS),
    );
    if (!held) timer.unref();
  };
  wait(ms);
  return {
    unref() {
      held = false;
      timer.unref();
      return this;
    },
    cancel: () => clearTimeout(timer),
  };
}
