/** A timer for any time: Node's own fires at once where it is asked to wait for longer than 24.8 days. */

// A step may replace them.
const { setTimeout, clearTimeout } = globalThis;

/** The longest that a timer of Node waits. Milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

export interface After {
  cancel(): void;
}

/** Calls a function once, after so many milliseconds. */
export function after(ms: number, call: () => void): After {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    timer = setTimeout(
      () => (left > LONGEST_MS ? wait(left - LONGEST_MS) : call()),
      Math.min(left, LONGEST_MS),
    );
  };
  wait(ms);
  return { cancel: () => clearTimeout(timer) };
}
