/** Code that a step left running may throw after its spin has ended. That changes nothing; an event reports it. */
import type { Emit } from '../engine/task/flow-event';

let listener: Emit | undefined;
let installed = false;

/** Call when the spin of this process has ended. Until the next one begins, its listener gets late errors. */
export function hearThrownLate(emit: Emit | undefined): void {
  listener = emit;
  if (installed || !emit) return;
  installed = true;
  const thrown = (error: unknown) => {
    if (listener) listener({ type: 'thrown-late', message: String(error) });
  };
  process.on('uncaughtException', thrown).on('unhandledRejection', thrown);
}
