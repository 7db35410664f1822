/** Calls that come often, as few calls: at the first of them, and again after the last. */

export interface Timer {
  /** Calls back after so many milliseconds. @returns what ends it */
  after(milliseconds: number, call: () => void): () => void;
}

export interface Throttled {
  (): void;
  /** Calls at once what is still to be called. */
  flush(): void;
  /** Forgets what is still to be called. */
  stop(): void;
}

/**
 * Calls at the leading and at the trailing edge: at once, then at most once in each interval, and always after the last call.
 *
 * @param interval milliseconds
 */
export function throttle(call: () => void, interval: number, timer: Timer): Throttled {
  let end: (() => void) | undefined;
  let again = false;
  const edge = () => {
    end = undefined;
    if (again) run();
  };
  const run = () => {
    again = false;
    end = timer.after(interval, edge);
    call();
  };
  const stop = () => {
    end?.();
    end = undefined;
    again = false;
  };
  const called = () => {
    if (end) again = true;
    else run();
  };
  return Object.assign(called, {
    stop,
    flush() {
      const waits = again;
      stop();
      if (waits) call();
    },
  });
}
