/** The client's side of holds: each broker has to be told what this process holds. */
import type { HoldState, Holds } from '../kv/holds';
import type { Unsent } from './protocol';

interface Connection {
  ask(request: Unsent): Promise<unknown>;
  /** Nothing is waited for. */
  tell(request: Unsent): void;
}

export class BrokerHolds implements Holds {
  readonly #connection: Connection;
  readonly #held = new Set<string>();
  readonly #pinned = new Set<string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async hold(name: string): Promise<void> {
    this.#held.add(name);
    await this.#connection.ask({ op: 'hold', name });
  }

  states(names: readonly string[]) {
    return this.#connection.ask({ op: 'states', names }) as Promise<HoldState[]>;
  }

  take(name: string, surely = false) {
    return this.#connection.ask({ op: 'take', name, surely }) as Promise<boolean>;
  }

  pin(names: readonly string[], letGo: readonly string[] = []): void {
    for (const name of names) this.#pinned.add(name);
    for (const name of letGo) this.#pinned.delete(name);
    this.#connection.tell({ op: 'pin', names, letGo });
  }

  /** The connection was lost. */
  lost(): void {
    for (const name of this.#held) this.#connection.ask({ op: 'hold', name }).catch(() => {});
    if (this.#pinned.size > 0) this.pin([...this.#pinned]);
  }
}
