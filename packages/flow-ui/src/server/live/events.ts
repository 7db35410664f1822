/** What happens in runs and spins of all processes that have the store open, as the pages hear it. */
import { type FlowEvent, hearEvents, isFlowError, type PublishedEvent } from '@nx-flow/core/ui';
import type { Reader } from '../read/reader';
import type { Hub } from './hub';

/** How often is looked whether the store is there. Milliseconds. */
const LOOK_MS = 2000;

type Heard = (published: PublishedEvent) => void;

export class LiveEvents {
  readonly #reader: Reader;
  readonly #hub: Hub;
  readonly #listeners = new Set<Heard>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #store: unknown;
  #away: string | undefined;

  constructor(reader: Reader, hub: Hub) {
    this.#reader = reader;
    this.#hub = hub;
  }

  /** @throws FlowError what the store says of itself */
  async begin(): Promise<void> {
    if (this.#reader.isThere) await this.#subscribe();
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Hears all events, of other processes too. */
  hear(listener: Heard): void {
    this.#listeners.add(listener);
  }

  /** Why the store cannot be reached, as one sentence. */
  get away(): string | undefined {
    return this.#away;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      // Nobody hears what happens in a store that is not there; to listen would make it.
      if (!this.#reader.isThere) this.#reader.store();
      else {
        const isOther = await this.#subscribe();
        // What is shown is of before, also where the store was never away.
        if (isOther && this.#away === undefined) this.#hub.send({ type: 'store' });
      }
      this.#tell(undefined);
    } catch (error) {
      this.#reader.failed(error);
      this.#tell(isFlowError(error) ? error.message : String(error));
    } finally {
      this.#looking = false;
    }
  }

  /** @returns whether it listened to another one before, or to none */
  async #subscribe(): Promise<boolean> {
    const store = this.#reader.store();
    if (this.#store === store) return false;
    await hearEvents(store, (published) => {
      if (this.#store !== store) return;
      if (published.dropped > 0) this.#hub.send({ type: 'missed', count: published.dropped });
      for (const listener of this.#listeners) listener(published);
    });
    this.#store = store;
    return true;
  }

  #tell(away: string | undefined): void {
    if (this.#away === away) return;
    this.#away = away;
    this.#hub.send({ type: 'store', ...(away === undefined ? {} : { away }) });
  }
}

/** Whether an event is of any use to a page. */
export function isShown(event: FlowEvent): event is Exclude<FlowEvent, { type: 'card-updated' }> {
  return event.type !== 'card-updated' && event.type !== 'transfer-progressed';
}
