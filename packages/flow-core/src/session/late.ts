/** What a step left behind may throw after its spin has ended: that changes nothing, and an event says so. */
import type { Emit } from '../engine/task/flow-event';

let listener: Emit | undefined;
let installed = false;

/** The spin of this process has ended; from now until the next one begins, its listener hears what is thrown. */
export function hearThrownLate(emit: Emit | undefined): void {
  listener = emit;
  if (installed || !emit) return;
  installed = true;
  const thrown = (error: unknown) => {
    if (listener) listener({ type: 'thrown-late', message: String(error) });
  };
  process.on('uncaughtException', thrown).on('unhandledRejection', thrown);
}
