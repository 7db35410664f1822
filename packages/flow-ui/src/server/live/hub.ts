/** Messages to all pages that are open. A page that does not keep up loses some, and is told how many. */
import type { Message } from '../../api/messages';

/** Messages that wait for one page. */
const WAITING = 2000;

export class Listener {
  #waiting: Message[] = [];
  #missed = 0;
  #wake: (() => void) | undefined;
  #over = false;

  /** What a card shows takes the place of what it showed before, where nobody has seen that. */
  push(message: Message): void {
    if (message.type === 'card' || message.type === 'spin') {
      const at = this.#waiting.findIndex((one) => replaces(message, one));
      if (at >= 0) this.#waiting.splice(at, 1);
    }
    this.#waiting.push(message);
    if (this.#waiting.length > WAITING) {
      this.#waiting.shift();
      this.#missed++;
    }
    this.#wake?.();
  }

  /** All that waits, as soon as there is something. Undefined at the end. */
  async next(): Promise<Message[] | undefined> {
    if (this.#waiting.length === 0 && !this.#over) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = undefined;
    if (this.#over) return undefined;
    const missed: Message[] = this.#missed > 0 ? [{ type: 'missed', count: this.#missed }] : [];
    const all = [...missed, ...this.#waiting];
    this.#waiting = [];
    this.#missed = 0;
    return all;
  }

  close(): void {
    this.#over = true;
    this.#wake?.();
  }
}

export class Hub {
  readonly #listeners = new Set<Listener>();

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  listen(): Listener {
    const listener = new Listener();
    this.#listeners.add(listener);
    return listener;
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    listener.close();
  }

  send(message: Message): void {
    for (const listener of this.#listeners) listener.push(message);
  }

  close(): void {
    for (const listener of this.#listeners) this.leave(listener);
  }
}

function replaces(message: Message, one: Message): boolean {
  if (message.type === 'spin') return one.type === 'spin' && one.spin.n === message.spin.n;
  return (
    message.type === 'card' &&
    one.type === 'card' &&
    one.task === message.task &&
    one.attempt === message.attempt &&
    one.id === message.id
  );
}
