/** The broker's side of holds: which connection holds which names. */
import type { Socket } from 'node:net';
import { type HoldState, takenError } from '../holds';
import type { Kv } from '../kv';

/** How long whoever held a name has to come back after a broker's start. Milliseconds. */
export const COME_BACK_MS = 30_000;

/**
 * Who may hold a name that nobody has told this broker of:
 * - `nobody`: the last broker left when it had no clients
 * - `unknown`: the last one ended otherwise, and its clients may be about to come back
 * - `others`: this one only reads, and clients may be with another one
 */
export type Before = 'nobody' | 'unknown' | 'others';

export class HoldTable {
  readonly #kv: Kv;
  readonly #before: Before;
  readonly #since = performance.now();
  readonly #holders = new Map<string, Set<Socket>>();
  /** Being taken, or taken since this broker's start. */
  readonly #taken = new Set<string>();
  /** Held by a connection that has ended. */
  readonly #released = new Set<string>();

  constructor(kv: Kv, before: Before) {
    this.#kv = kv;
    this.#before = before;
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
      if (this.#before === 'others') return 'unsure';
      if (this.#before === 'nobody' || this.#released.has(name) || this.#taken.has(name)) return 'free';
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
