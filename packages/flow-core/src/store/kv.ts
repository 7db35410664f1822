/** The store's interface: an ordered map with atomic batches. LevelDB (in the broker) and memory implement it. */

export type Op = { key: string; value: Uint8Array | string } | { key: string; value: undefined };

export interface RangeQuery {
  gte: string;
  lt: string;
  reverse?: boolean;
  /** The most entries. */
  limit: number;
}
export type Entry = [key: string, value: Uint8Array];

export interface BatchOptions {
  /** Survives a crash of the machine, not only of the process. */
  sync?: boolean;
  /** A key. When it exists, nothing is written and FLOW_RUN_TAKEN is thrown. */
  fence?: string;
}

/**
 * Keys are ASCII strings in byte order. Every later operation of any client sees an operation that has resolved. A
 * read sees every write that its own client began before it. The caller owns values that it read and, once the
 * batch has resolved, values that it wrote. Contract: `store/kv-contract.ts`.
 */
export interface Kv {
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** One page. For any number of entries use {@link scan}. */
  range(query: RangeQuery): Promise<Entry[]>;
  /** As {@link range}, but a damaged value is undefined in place of an error. */
  inspect(query: RangeQuery): Promise<[key: string, value: Uint8Array | undefined][]>;
  /**
   * Writes all operations or none. An operation without a value deletes its key. A batch that rejected may or may
   * not be written. Every batch that resolves, before or after it, is written.
   */
  batch(ops: readonly Op[], options?: BatchOptions): Promise<void>;
  /** The next number of a counter, from 1. The same nonce always gets the same number. */
  claim(counterKey: string, nonceKey: string): Promise<number>;
  /** A name for the state. While it is the same, nothing was written. */
  generation(): Promise<string>;
  /** Closes after all earlier requests have been answered. */
  close(): Promise<void>;
}

const PAGE = 512;

/** Yields every entry of a range, page by page. @param page entries in one page; use fewer for large values */
export async function* scan(
  kv: Pick<Kv, 'range'>,
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
