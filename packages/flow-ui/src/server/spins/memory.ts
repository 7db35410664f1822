/** The spins of the moment: numbered, newest first, in a bounded room. */
import { FlowError } from '@nx-flow/core/ui';
import type { SpinEntry } from '../../api/routes';
import type { Spin } from './spin';

/** Bytes of all, and how many there are at most. */
export const ROOM = 64 * 1024 * 1024;
const MOST = 500;

export class SpinMemory {
  readonly #room: number;
  readonly #spins = new Map<number, Spin>();
  #count = 0;
  /** Spins that were let go. */
  dropped = 0;

  constructor(room = ROOM) {
    this.#room = room;
  }

  /** @param make makes it, of its number */
  add(make: (n: number) => Spin): Spin {
    const spin = make(++this.#count);
    this.#spins.set(spin.entry.n, spin);
    this.makeRoom();
    return spin;
  }

  /** @throws FlowError FLOW_SPIN_NOT_FOUND */
  get(n: number): Spin {
    const spin = this.#spins.get(n);
    if (spin) return spin;
    const was = n >= 1 && n <= this.#count;
    const message = was
      ? `Spin ${n} was let go, since there was no room for it.`
      : `There is no spin ${n} in this server's memory.`;
    throw new FlowError('FLOW_SPIN_NOT_FOUND', message);
  }

  /** Newest first. */
  all(): Spin[] {
    return [...this.#spins.values()].reverse();
  }

  /** The last one of the same task before it that ended well. */
  before(spin: Spin): Spin | undefined {
    return this.all().find(
      (one) => one.entry.n < spin.entry.n && one.entry.status === 'done' && one.isLike(spin),
    );
  }

  /** Lets the oldest go. The newest stays, without its values where they alone are too large. */
  makeRoom(): void {
    let bytes = [...this.#spins.values()].reduce((sum, spin) => sum + spin.bytes, 0);
    for (const [n, spin] of this.#spins) {
      if (bytes <= this.#room && this.#spins.size <= MOST) return;
      if (spin.isRunning) continue;
      bytes -= spin.bytes;
      if (n === this.#count) spin.forget();
      else {
        this.#spins.delete(n);
        this.dropped++;
      }
    }
  }

  entries(): SpinEntry[] {
    return this.all().map(({ entry }) => entry);
  }
}
