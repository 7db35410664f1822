/** Calls what a flow listens with: it cannot end the process, nor change its exit code, nor throw, nor go on for ever. */
import { callWithin } from './call-within';
import { replaceFunctions } from './replace-functions';

// biome-ignore lint/suspicious/noExplicitAny: a listener of any event
export type Listener = (...given: any[]) => unknown;

/** How long one may take. Milliseconds. */
const LIMIT_MS = 5000;

const { apply } = Reflect;

/** Calls a listener of an event of the process, so that whatever it does, the process goes on, or exits with the same code. */
export function callContained(event: string, listener: Listener, given: readonly unknown[]): void {
  const { exitCode } = process;
  const allowEnd = refuseEnd(event);
  try {
    callWithin(
      LIMIT_MS,
      () => apply(listener, process, given),
      () => {
        const seconds = LIMIT_MS / 1000;
        const what = `A listener of the event ${event}`;
        process.stderr.write(`${what} took longer than ${seconds} s, and was ended.\n`);
      },
    );
  } catch {
    // What fails in it changes nothing about what the event says.
  }
  allowEnd();
  process.exitCode = exitCode;
}

/** Until the returned function is called, also where the listener has frozen `process`, so that these stay in their places. */
function refuseEnd(event: string): () => void {
  let active = true;
  const refusing =
    (refuses: (...given: unknown[]) => boolean) =>
    (real?: (...given: unknown[]) => unknown) =>
    (...given: unknown[]) => {
      if (active && refuses(...given))
        throw new Error(`A listener of the event ${event} cannot end the process.`);
      return real?.apply(process, given);
    };
  const always = refusing(() => true);
  const putBack = replaceFunctions({
    exit: always,
    reallyExit: always,
    abort: always,
    kill: refusing((pid) => pid === process.pid),
  });
  return () => {
    active = false;
    putBack();
  };
}
