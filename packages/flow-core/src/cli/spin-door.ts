/** What a program that spins, such as a watch, has in the place of a renderer and a store of the command's own. */
import type { Emit } from '../engine/task/flow-event';
import type { Store } from '../store/store';

export interface SpinDoor {
  /** Hears all that happens. */
  emit: Emit;
  /** The store, where it is open already; it is closed with the session. */
  store?: Promise<Store>;
  /** Hears that the step is executed on another machine, before it is sent there: the end of this process does not end it. */
  away?(): void;
}
