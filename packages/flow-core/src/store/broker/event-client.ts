/** The client's part in events: says them while somebody listens, and hears those of others. */
import type { EventSink, HeardEvent } from '../event-sink';
import type { Push, Request } from './protocol';

/** What the connection does for events. */
export interface EventLine {
  /** Sends at once, without an answer. False where there is no connection, or it is full. */
  say(request: Request): boolean;
  /** Asks, and waits for the answer. */
  ask(request: { op: 'subscribe' }): Promise<unknown>;
}

export class BrokerEvents implements EventSink {
  readonly #line: EventLine;
  readonly #listeners = new Set<(heard: HeardEvent) => void>();
  /** The broker has said that somebody listens. */
  #heard = false;

  constructor(line: EventLine) {
    this.#line = line;
  }

  publish(event: unknown): void {
    if (this.#heard) this.#line.say({ id: 0, op: 'publish', event });
  }

  async subscribe(listener: (heard: HeardEvent) => void): Promise<() => void> {
    this.#listeners.add(listener);
    await this.#line.ask({ op: 'subscribe' });
    return () => this.#listeners.delete(listener);
  }

  get listening(): boolean {
    return this.#listeners.size > 0;
  }

  /** The connection is gone, and with it what the broker knew. */
  lost(): void {
    this.#heard = false;
  }

  /** What the broker says by itself. */
  pushed(push: Push): void {
    if ('heard' in push) this.#heard = push.heard;
    else for (const listener of this.#listeners) listener({ event: push.event, dropped: push.dropped });
  }
}
