/** The broker's side of holds: which connection holds which names. */
import type { Socket } from 'node:net';
import { type HoldState, takenError } from '../kv/holds';
import type { Kv } from '../kv/kv';

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
  #before: Before;
  readonly #since = performance.now();
  readonly #holders = new Map<string, Set<Socket>>();
  /** What each connection holds. */
  readonly #names = new Map<Socket, Set<string>>();
  /** Being taken, or taken since this broker's start. */
  readonly #taken = new Set<string>();
  /** Held, and not pinned: nobody else has them. */
  readonly #owned = new Set<string>();
  /** Of those, whose holder's connection has ended, while other holders may still come back. */
  readonly #released = new Set<string>();

  constructor(kv: Kv, before: Before) {
    this.#kv = kv;
    this.#before = before;
  }

  /** The store was empty when this broker opened it: nobody can have held anything. */
  isNewStore(): void {
    this.#before = 'nobody';
  }

  /** @throws FlowError FLOW_RUN_TAKEN */
  async hold(socket: Socket, name: string): Promise<void> {
    if (this.#taken.has(name) || (await this.#kv.get(name)) || this.#taken.has(name)) throw takenError(name);
    this.#owned.add(name);
    this.pin(socket, [name]);
  }

  /** Of names that many may hold, and nobody takes. */
  pin(socket: Socket, names: readonly string[], letGo: readonly string[] = []): void {
    if (socket.destroyed) return;
    for (const name of names) this.#add(socket, name);
    for (const name of letGo) this.#release(socket, name);
  }

  #add(socket: Socket, name: string): void {
    let own = this.#names.get(socket);
    if (!own) {
      own = new Set();
      this.#names.set(socket, own);
      socket.once('close', () => {
        for (const held of this.#names.get(socket) ?? []) this.#release(socket, held);
        this.#names.delete(socket);
      });
    }
    own.add(name);
    this.#holders.set(name, (this.#holders.get(name) ?? new Set()).add(socket));
    this.#released.delete(name);
  }

  #release(socket: Socket, name: string): void {
    this.#names.get(socket)?.delete(name);
    const holders = this.#holders.get(name);
    if (!holders?.delete(socket) || holders.size > 0) return;
    this.#holders.delete(name);
    if (this.#owned.delete(name) && this.#isNew()) this.#released.add(name);
  }

  isHeld(): boolean {
    return this.#holders.size > 0;
  }

  /** Whether nobody holds anything, nor may come back who did. */
  isFree(): boolean {
    return !this.isHeld() && (this.#before === 'nobody' || !(this.#before === 'others' || this.#isNew()));
  }

  /** Whether those who held names before may still come back. */
  #isNew(): boolean {
    return performance.now() - this.#since < COME_BACK_MS;
  }

  states(names: readonly string[]): HoldState[] {
    return names.map((name) => {
      if (this.#holders.has(name)) return 'held';
      if (this.#before === 'others') return 'unsure';
      if (this.#before === 'nobody' || this.#released.has(name) || this.#taken.has(name)) return 'free';
      return this.#isNew() ? 'unsure' : 'free';
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
