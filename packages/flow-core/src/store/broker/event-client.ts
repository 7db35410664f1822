/** The client's side of events: sends its own while there are listeners, and receives those of others. */
import type { EventSink, HeardEvent } from '../kv/event-sink';
import type { Push, Request } from './protocol';

type EventPush = Exclude<Push, { hello: unknown } | { busy: string }>;

/** The part of the connection that events use. */
export interface EventLine {
  /** Sends at once, without an answer. False when the connection is missing or full. */
  say(request: Request): boolean;
  /** Sends a request and waits for the answer. */
  ask(request: { op: 'subscribe' }): Promise<unknown>;
}

export class BrokerEvents implements EventSink {
  readonly #line: EventLine;
  readonly #listeners = new Set<(heard: HeardEvent) => void>();
  /** Whether the broker has reported listeners. */
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

  /** Call when the connection is lost: the next broker knows nothing of listeners. */
  lost(): void {
    this.#heard = false;
  }

  /** Handles a push of the broker. */
  pushed(push: EventPush): void {
    if ('heard' in push) this.#heard = push.heard;
    else for (const listener of this.#listeners) listener({ event: push.event, dropped: push.dropped });
  }
}
