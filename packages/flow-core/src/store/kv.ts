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

/** Entries of one page, and keys of one look-up. */
const PAGE = 512;

/**
 * Yields every entry of a range, in pages. From the second on, a page is read while the one before is looked at: who wants
 * no more than the first reads no more.
 * @param page entries in one page; use fewer for large values
 */
export async function* pages(
  kv: Kv,
  query: Omit<RangeQuery, 'limit'> & { limit?: number },
  page = PAGE,
): AsyncGenerator<Entry[], void, undefined> {
  let { gte, lt } = query;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let limit = Math.min(page, left);
  const read = () => kv.range({ gte, lt, limit, ...(query.reverse ? { reverse: true } : {}) });
  let coming: Promise<Entry[]> | undefined;
  for (let first = true; limit > 0; first = false) {
    const entries = await (coming ?? read());
    coming = undefined;
    if (entries.length < limit) {
      yield entries;
      return;
    }
    left -= limit;
    limit = Math.min(page, left);
    const last = (entries.at(-1) as Entry)[0];
    if (query.reverse) lt = last;
    else gte = `${last}\0`;
    if (!first && limit > 0) {
      coming = read();
      // Who stops here does not hear of it.
      coming.catch(() => {});
    }
    yield entries;
  }
}

/** Yields every entry of a range, page by page. @param page entries in one page; use fewer for large values */
export async function* scan(
  kv: Kv,
  query: Omit<RangeQuery, 'limit'> & { limit?: number },
  page = PAGE,
): AsyncGenerator<Entry, void, undefined> {
  for await (const entries of pages(kv, query, page)) for (const entry of entries) yield entry;
}

/** The values of any number of keys, in pages, so that no message holds them all. */
export async function valuesOf(kv: Kv, keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
  if (keys.length <= PAGE) return kv.getMany(keys);
  const values: (Uint8Array | undefined)[] = [];
  let coming = kv.getMany(keys.slice(0, PAGE));
  for (let next = PAGE; values.length < keys.length; next += PAGE) {
    const page = await coming;
    if (next < keys.length) {
      coming = kv.getMany(keys.slice(next, next + PAGE));
      coming.catch(() => {});
    }
    for (const value of page) values.push(value);
  }
  return values;
}

const encoder = new TextEncoder();
export const toBytes = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;
