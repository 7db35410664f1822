/** The store in memory, for tests and for runs that need not be kept. */
import { takenError } from './holds';
import {
  asAsked,
  type BatchOptions,
  type Entry,
  type Kv,
  type Op,
  type RangeQuery,
  toBytes,
  twinsRange,
} from './kv';

export class MemoryKv implements Kv {
  readonly #values = new Map<string, Uint8Array>();
  #sorted: string[] | undefined;
  #writes = 0;

  async get(key: string) {
    return copy(this.#values.get(key));
  }

  async getMany(keys: readonly string[]) {
    return keys.map((key) => copy(this.#values.get(key)));
  }

  async range(query: RangeQuery): Promise<Entry[]> {
    const entries = this.#keysOf(query).map((key): Entry => [key, copy(this.#values.get(key)) as Uint8Array]);
    return asAsked(entries, query, query.twins ? this.#keysOf(twinsRange(query)) : undefined);
  }

  #keysOf({ gte, lt, reverse, limit }: RangeQuery): string[] {
    this.#sorted ??= [...this.#values.keys()].sort();
    const keys = this.#sorted.slice(lowerBound(this.#sorted, gte), lowerBound(this.#sorted, lt));
    if (reverse) keys.reverse();
    return keys.slice(0, limit);
  }

  inspect(query: RangeQuery) {
    return this.range(query);
  }

  async batch(ops: readonly Op[], { fence, mark }: BatchOptions = {}) {
    if (fence !== undefined && this.#values.has(fence)) throw takenError(fence);
    if (mark !== undefined && !this.#values.has(mark)) throw takenError(mark);
    this.#writes++;
    for (const { key, value } of ops) {
      if (value === undefined) {
        if (this.#values.delete(key)) this.#sorted = undefined;
        continue;
      }
      if (!this.#values.has(key)) this.#sorted = undefined;
      this.#values.set(key, new Uint8Array(toBytes(value)));
    }
  }

  async claim(counterKey: string, nonceKey: string) {
    const known = this.#values.get(nonceKey);
    if (known) return Number(new TextDecoder().decode(known));
    const counter = this.#values.get(counterKey);
    const next = (counter ? Number(new TextDecoder().decode(counter)) : 0) + 1;
    await this.batch([
      { key: counterKey, value: String(next) },
      { key: nonceKey, value: String(next) },
    ]);
    return next;
  }

  async compact() {}

  async generation() {
    return String(this.#writes);
  }

  async close() {}
}

/** Copies a value, since the caller may change what it gets. */
const copy = (value: Uint8Array | undefined) => value && new Uint8Array(value);

function lowerBound(sorted: string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
