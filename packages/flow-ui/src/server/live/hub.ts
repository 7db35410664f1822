/** Messages to all pages that are open. A page that does not keep up loses some, and is told how many: it reads all of it again. */
import type { Message } from '../../api/messages';

/** Messages that wait for one page, and characters of them as JSON; and characters that it gets at once. */
const [WAITING, ROOM, AT_ONCE] = [2000, 4 * 1024 * 1024, 256 * 1024];

/** As it goes out: all pages share one text. */
interface Sent {
  message: Message;
  json: string;
}

const sent = (message: Message): Sent => ({ message, json: JSON.stringify(message) });

export class Listener {
  #waiting: Sent[] = [];
  #room = 0;
  #missed = 0;
  #wake: (() => void) | undefined;
  #over = false;

  /** What a card shows takes the place of what it showed before, where nobody has seen that. */
  push(one: Sent): void {
    const { type } = one.message;
    if (type === 'card' || type === 'spin') {
      const at = this.#waiting.findIndex((before) => replaces(one.message, before.message));
      if (at >= 0) this.#take(at);
    }
    this.#waiting.push(one);
    this.#room += one.json.length;
    // The newest stays, however large.
    while (this.#waiting.length > WAITING || (this.#room > ROOM && this.#waiting.length > 1)) {
      this.#take(0);
      this.#missed++;
    }
    this.#wake?.();
  }

  /** For this page alone. */
  tell(message: Message): void {
    this.push(sent(message));
  }

  /** Some of what waits, each as JSON, as soon as there is something. Undefined at the end. */
  async next(): Promise<string[] | undefined> {
    if (this.#waiting.length === 0 && !this.#over) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = undefined;
    if (this.#over) return undefined;
    const all = this.#missed > 0 ? [sent({ type: 'missed', count: this.#missed }).json] : [];
    this.#missed = 0;
    let [count, room] = [0, 0];
    do room += (this.#waiting[count++] as Sent).json.length;
    while (count < this.#waiting.length && room < AT_ONCE);
    for (const { json } of this.#waiting.splice(0, count)) all.push(json);
    this.#room -= room;
    return all;
  }

  #take(at: number): void {
    for (const { json } of this.#waiting.splice(at, 1)) this.#room -= json.length;
  }

  close(): void {
    this.#over = true;
    this.#waiting = [];
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
    if (!this.isHeard) return;
    const one = sent(message);
    for (const listener of this.#listeners) listener.push(one);
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
