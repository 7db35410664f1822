/** What workers say, in the order in which they said it, and once: a queue may give something twice, or late. */
import type { Said } from '../wire/message';

interface Stream {
  /** The number of what was heard last. */
  last: number;
  /** What came before its turn, by its number. */
  early: Map<number, Said>;
  /** Since when something is missing; of a steady clock. */
  since: number;
}

/** What was said and has not come by then was lost with the queue's memory. Milliseconds. */
const LOST_MS = 20_000;

export class Inbox {
  readonly #streams = new Map<string, Stream>();
  readonly #now: () => number;
  /** How often something came that had come before. */
  repeated = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Gives what may be heard now. */
  take(said: Said): Said[] {
    const { stream: name, number } = said;
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = { last: 0, early: new Map(), since: 0 };
      this.#streams.set(name, stream);
    }
    if (number <= stream.last || stream.early.has(number)) {
      this.repeated++;
      return [];
    }
    if (stream.early.size === 0) stream.since = this.#now();
    stream.early.set(number, said);
    return this.#next(stream);
  }

  /** Gives what waited for something that was lost. */
  overdue(): Said[] {
    return [...this.#streams.values()].flatMap((stream) => {
      if (stream.early.size === 0 || this.#now() - stream.since < LOST_MS) return [];
      stream.last = Math.min(...stream.early.keys()) - 1;
      stream.since = this.#now();
      return this.#next(stream);
    });
  }

  #next(stream: Stream): Said[] {
    const ready: Said[] = [];
    for (let said = stream.early.get(stream.last + 1); said; said = stream.early.get(stream.last + 1)) {
      ready.push(said);
      stream.early.delete(++stream.last);
    }
    return ready;
  }
}
