/** The broker's side of holds: which connection holds which names. */
import type { Socket } from 'node:net';
import { type HoldState, takenError } from '../holds';
import type { Kv } from '../kv';

/** How long whoever held a name has to come back after a broker's start. Milliseconds. */
export const COME_BACK_MS = 30_000;

export class HoldTable {
  readonly #kv: Kv;
  readonly #alone: boolean;
  readonly #since = performance.now();
  readonly #holders = new Map<string, Set<Socket>>();
  /** Being taken, or taken since this broker's start. */
  readonly #taken = new Set<string>();
  /** Held by a connection that has ended. */
  readonly #released = new Set<string>();

  /** @param alone The last broker left when it had no clients: nobody can come back. */
  constructor(kv: Kv, alone: boolean) {
    this.#kv = kv;
    this.#alone = alone;
  }

  /** @throws FlowError FLOW_RUN_TAKEN */
  async hold(socket: Socket, name: string): Promise<void> {
    if (this.#taken.has(name) || (await this.#kv.get(name)) || this.#taken.has(name)) throw takenError(name);
    if (socket.destroyed) return;
    const holders = this.#holders.get(name) ?? new Set();
    this.#holders.set(name, holders.add(socket));
    this.#released.delete(name);
    socket.once('close', () => {
      holders.delete(socket);
      if (holders.size > 0) return;
      this.#holders.delete(name);
      this.#released.add(name);
    });
  }

  states(names: readonly string[]): HoldState[] {
    return names.map((name) => {
      if (this.#holders.has(name)) return 'held';
      if (this.#alone || this.#released.has(name) || this.#taken.has(name)) return 'free';
      return performance.now() - this.#since < COME_BACK_MS ? 'unsure' : 'free';
    });
  }

  async take(name: string, surely: boolean): Promise<boolean> {
    const [state] = this.states([name]);
    if (state === 'held' || (state === 'unsure' && !surely)) return false;
    this.#taken.add(name);
    await this.#kv.batch([{ key: name, value: '' }], { sync: true });
    return true;
  }
}
