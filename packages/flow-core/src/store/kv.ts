/** The store's interface: an ordered map with atomic batches. LevelDB (through the broker) and memory implement it. */

export type Op = { key: string; value: Uint8Array | string } | { key: string; value: undefined };

export interface RangeQuery {
  gte: string;
  lt: string;
  reverse?: boolean;
  /** At most so many entries. */
  limit: number;
}
export type Entry = [key: string, value: Uint8Array];

export interface BatchOptions {
  /** Survives the machine, not only the process. */
  sync?: boolean;
}

/**
 * Keys are ASCII strings, in their byte order. An operation that resolved is seen by every later one, of every client;
 * a read sees every write that its own client began before it. Values that were read are the caller's own, and values
 * that were written too, once the batch has resolved. Contract: `store/kv-contract.ts`.
 */
export interface Kv {
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** One page. For any number of entries use {@link scan}. */
  range(query: RangeQuery): Promise<Entry[]>;
  /**
   * All or nothing. An operation without a value deletes its key. Of a batch that rejected it is not known whether it was
   * written; everything that resolved before it, or does after it, is.
   */
  batch(ops: readonly Op[], options?: BatchOptions): Promise<void>;
  /** The next number of a counter, from 1. The same nonce always gets the same number. */
  claim(counterKey: string, nonceKey: string): Promise<number>;
  /** A name for the state: as long as it is the same, nothing was written. */
  generation(): Promise<string>;
  /** After what was asked before has been answered. */
  close(): Promise<void>;
}

const PAGE = 512;

/** Every entry of a range, page by page. @param page entries of one page: fewer where values are large */
export async function* scan(
  kv: Kv,
  query: Omit<RangeQuery, 'limit'> & { limit?: number },
  page = PAGE,
): AsyncGenerator<Entry, void, undefined> {
  let { gte, lt } = query;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const limit = Math.min(page, left);
    const entries = await kv.range({ gte, lt, limit, ...(query.reverse ? { reverse: true } : {}) });
    yield* entries;
    if (entries.length < limit) return;
    left -= entries.length;
    const last = (entries.at(-1) as Entry)[0];
    if (query.reverse) lt = last;
    else gte = `${last}\0`;
  }
}

const encoder = new TextEncoder();
export const toBytes = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;
