/** Puts the records of several files into one order. */
import { inOrder, type Version } from './version';

type Source = Iterator<Version, void, undefined>;

/** @param sources each in the order of {@link inOrder} */
export function* merged(sources: Iterable<Iterable<Version>>): Generator<Version, void, undefined> {
  const heap = new Heap();
  for (const source of sources) heap.next(source[Symbol.iterator]() as Source);
  for (let first = heap.take(); first; first = heap.take()) {
    yield first.version;
    heap.next(first.source);
  }
}

interface Waiting {
  version: Version;
  source: Source;
}

/** The next record of each source; the first of all is found in a few comparisons. */
class Heap {
  readonly #waiting: Waiting[] = [];

  /** Adds the next record of a source, if it has one. */
  next(source: Source): void {
    const { value } = source.next();
    if (!value) return;
    const all = this.#waiting;
    let at = all.push({ version: value, source }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  take(): Waiting | undefined {
    const all = this.#waiting;
    const [first] = all;
    const last = all.pop();
    if (!first || !last || all.length === 0) return first;
    all[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < all.length && this.#isBefore(left, least)) least = left;
      if (right < all.length && this.#isBefore(right, least)) least = right;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    return inOrder((this.#waiting[a] as Waiting).version, (this.#waiting[b] as Waiting).version) < 0;
  }

  #swap(a: number, b: number): void {
    const all = this.#waiting;
    [all[a], all[b]] = [all[b] as Waiting, all[a] as Waiting];
  }
}
