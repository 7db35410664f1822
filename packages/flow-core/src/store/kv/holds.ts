/**
 * Names that processes hold while they live. The process that coordinates a run holds the run's name, and so everyone knows
 * whether the run goes on: by its connection to the broker, which ends with it, wherever it runs and however it ended.
 */
import { FlowError } from '../../definition/errors';

/**
 * - `held`: a process holds it
 * - `free`: none does
 * - `unsure`: none does, but the broker has just started, and whoever held it may be about to come back
 */
export type HoldState = 'held' | 'free' | 'unsure';

export interface Holds {
  /** Holds a name until this process ends or closes the store. @throws FlowError FLOW_RUN_TAKEN */
  hold(name: string): Promise<void>;
  states(names: readonly string[]): Promise<HoldState[]>;
  /**
   * From now on nobody can hold the name, and batches with it as their fence are refused. Returns false, and changes nothing,
   * while it is held, or while that is unsure and `surely` was not said.
   */
  take(name: string, surely?: boolean): Promise<boolean>;
  /**
   * Holds names together with whoever else holds them, until they are let go, or this process ends or closes the store. Nothing
   * is waited for: whatever is asked from now on is answered with the names in place.
   */
  pin(names: readonly string[], letGo?: readonly string[]): void;
}

/** Holds of a store in memory, which this process alone has. */
export class LocalHolds implements Holds {
  readonly #held = new Set<string>();

  async hold(name: string): Promise<void> {
    this.#held.add(name);
  }
  async states(names: readonly string[]): Promise<HoldState[]> {
    return names.map((name) => (this.#held.has(name) ? 'held' : 'free'));
  }
  async take(name: string): Promise<boolean> {
    return !this.#held.has(name);
  }
  pin(names: readonly string[], letGo: readonly string[] = []): void {
    for (const name of names) this.#held.add(name);
    for (const name of letGo) this.#held.delete(name);
  }
}

/** @param name a fence: its key, whose last parts are a flow and a run */
export function takenError(name: string): FlowError {
  const [flow = '', run = ''] = name.split('/').slice(-2);
  return new FlowError(
    'FLOW_RUN_TAKEN',
    `The run ${flow}/${Number(run)} counts as killed, and another command went on from there: its process had given no sign of life when the store's broker was started again. Nothing more is recorded of it.`,
    { exit: 1 },
  );
}
