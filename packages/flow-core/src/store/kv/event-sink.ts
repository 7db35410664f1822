/** Events from one process to the others that have the store open. Nothing is kept, and no call waits. */

/** An event of one process as another receives it. */
export interface HeardEvent {
  event: unknown;
  /** How many events before this one were dropped because this process did not keep up. */
  dropped: number;
}

/**
 * Passes events between the processes that have a store open. Events are only in memory: an event without a
 * listener is dropped, and so is one that a slow listener has no room for.
 */
export interface EventSink {
  /** Never waits, and never fails. @param event plain data, as structured clone takes it */
  publish(event: unknown): void;
  /** Resolves when the listener is active, with a function that ends the subscription. */
  subscribe(listener: (heard: HeardEvent) => void): Promise<() => void>;
}

/** Events within one process, for stores in memory. Unlike a store on disk, publishers get their own events. */
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
