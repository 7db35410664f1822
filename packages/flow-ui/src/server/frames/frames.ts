/** Addresses that answer once: a frame cannot send the token, so its address is a secret of its own, and soon worthless. */
import { randomBytes } from 'node:crypto';
import type { Framed } from './framed';

/** How long an address may be asked for. Milliseconds. */
const VALID_MS = 60_000;
/** Characters of all that wait. */
const ROOM = 64 * 1024 * 1024;

export class Frames {
  readonly #waiting = new Map<string, { framed: Framed; until: number }>();
  #held = 0;

  /** @returns the address */
  add(framed: Framed, now = Date.now()): string {
    for (const [id, { until }] of this.#waiting) if (until < now) this.#remove(id);
    const id = randomBytes(24).toString('base64url');
    this.#waiting.set(id, { framed, until: now + VALID_MS });
    this.#held += framed.html.length;
    for (const oldest of this.#waiting.keys()) {
      if (this.#held <= ROOM || oldest === id) break;
      this.#remove(oldest);
    }
    return `/frame/${id}`;
  }

  /** Undefined where it was taken, or is too old. */
  take(id: string, now = Date.now()): Framed | undefined {
    const found = this.#waiting.get(id);
    this.#remove(id);
    return found && found.until >= now ? found.framed : undefined;
  }

  #remove(id: string): void {
    this.#held -= this.#waiting.get(id)?.framed.html.length ?? 0;
    this.#waiting.delete(id);
  }
}
