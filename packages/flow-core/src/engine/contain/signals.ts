/**
 * What the signals that end a process do while a step is executed in it. Where nobody listens to one, it ends the process at
 * once, and a guard ends what the step had started. A step that listens, or hangs under someone who does, gets some time.
 */
import { exitNow } from '../../process/ending';
import { stopListening } from '../../process/listeners';

/** As a shell says it: 128, and the number of the signal. */
const CODES: Partial<Record<string | symbol, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** How long a step may go on after such a signal. Milliseconds. */
export const SIGNAL_GRACE_MS = 3000;

export interface GuardedSignals {
  /** The exit code of the signal that came; undefined when none did. */
  readonly code: number | undefined;
  release(): void;
}

/**
 * @param heard called when such a signal came, before anyone else hears of it
 * @param forced called when the time is over, and the process ends
 */
export function guardSignals(
  heard: (signal: NodeJS.Signals) => void,
  forced: (signal: NodeJS.Signals) => void,
): GuardedSignals {
  const watched = new Set<string | symbol>();
  let code: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const hear = (signal: NodeJS.Signals) => {
    const repeated = code !== undefined;
    code ??= CODES[signal] as number;
    if (repeated) exitNow(code);
    timer = setTimeout(() => {
      forced(signal);
      exitNow(code);
    }, SIGNAL_GRACE_MS);
    heard(signal);
  };
  let adding = false;
  const watch = (event: string | symbol) => {
    if (CODES[event] === undefined || adding || process.listeners(event as 'SIGTERM').includes(hear)) return;
    adding = true;
    watched.add(event);
    process.prependListener(event as 'SIGTERM', hear);
    adding = false;
  };
  for (const signal of Object.keys(CODES)) if (process.listenerCount(signal) > 0) watch(signal);
  process.on('newListener', watch);
  return {
    get code() {
      return code;
    },
    release() {
      clearTimeout(timer);
      stopListening('newListener', watch);
      for (const signal of watched) stopListening(signal, hear);
    },
  };
}
