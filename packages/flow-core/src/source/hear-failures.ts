/** Hears what imported code does where nothing catches it: it throws, rejects a promise, or ends the process by a call. */
import { type Ends, forbidExit } from '../process/ending';
import { Listeners } from '../process/listeners';
import { type Ending, ImportEnded } from './import-ended';

export interface Hearing {
  /** Hears no more of what is thrown. */
  stop(): void;
  /** Lets code end the process. */
  allowExit(): void;
}

/** Whether a call is that of a step that has ended, which is refused elsewhere: its file may be the one that is imported. */
let isOfStep = () => false;

/** Calls of ended steps, which a function recognises, are not taken for those of imported code. */
export function passOverSteps(recognises: () => boolean): void {
  isOfStep = recognises;
}

/**
 * @param failed returns what is thrown at a call that would end the process, or undefined where it may
 * @param ends such a call comes to these, whatever a flow has put in their place
 */
export function hearFailures(failed: (ending: Ending) => Error | undefined, ends?: Ends): Hearing {
  const threw = (thrown: unknown) => {
    if (!isEnded(thrown)) failed({ how: 'threw', thrown });
  };
  const rejected = (thrown: unknown) => {
    if (!isEnded(thrown)) failed({ how: 'rejected', thrown });
  };
  process.on('uncaughtException', threw);
  process.on('unhandledRejection', rejected);
  const letListenersGo = new Listeners().keep();
  return {
    allowExit: forbidExit((call) => (isOfStep() ? undefined : failed({ how: 'left', call })), ends),
    stop() {
      letListenersGo();
      process.off('uncaughtException', threw);
      process.off('unhandledRejection', rejected);
    },
  };
}

/** What is thrown may be a Proxy, whose prototype cannot be asked for. */
function isEnded(thrown: unknown): boolean {
  try {
    return thrown instanceof ImportEnded;
  } catch {
    return false;
  }
}
