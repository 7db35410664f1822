/** Events of one process for the others that have the store open: nothing is kept, and no event is waited for. */

/** What one process said, as another one hears it. */
export interface HeardEvent {
  event: unknown;
  /** Events before this one that were dropped, because this process did not keep up. */
  dropped: number;
}

/**
 * Passes events on between the processes that have a store open. They live in memory alone: an event without a listener
 * is dropped, and so is one that a slow listener has no room for.
 */
export interface EventSink {
  /** Never waits, and never fails. @param event plain data, as structured clone takes it */
  publish(event: unknown): void;
  /** Resolves when events of others will be heard. What it resolves with ends that. */
  subscribe(listener: (heard: HeardEvent) => void): Promise<() => void>;
}

/** Within one process: for stores in memory. A publisher does not hear itself in a store on disk; here, all do. */
export class LocalEvents implements EventSink {
  readonly #listeners = new Set<(heard: HeardEvent) => void>();

  publish(event: unknown): void {
    for (const listener of this.#listeners) listener({ event: structuredClone(event), dropped: 0 });
  }

  async subscribe(listener: (heard: HeardEvent) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
