/** The store's interface: an ordered map with atomic batches. LevelDB (in the broker) and memory implement it. */

import { keys, prefixRange } from './row-keys';

export type Op = { key: string; value: Uint8Array | string } | { key: string; value: undefined };

export interface KeyRange {
  gte: string;
  lt: string;
}

export interface RangeQuery extends KeyRange {
  reverse?: boolean;
  /** The most entries. */
  limit: number;
  /** Values that lack one of these texts may come without their bytes, as empty ones: nobody looks at them. */
  having?: readonly string[];
  /** With {@link having}: such entries are left out, but for the last one, which says how far it was looked. */
  only?: boolean;
  /** Behind the entries come those of twins, without their values, whose records are not among them: see `rows/twins.ts`. */
  twins?: boolean;
  atOnce?: ReadOptions['atOnce'];
}

export interface ReadOptions {
  /** It need not see what its own client wrote before it and was not told of yet: it does not wait for that. */
  atOnce?: boolean;
}
export type Entry = [key: string, value: Uint8Array];

export interface BatchOptions {
  /** Survives a crash of the machine, not only of the process. */
  sync?: boolean;
  /** A key. When it exists, nothing is written and FLOW_RUN_TAKEN is thrown. */
  fence?: string;
  /** A key. When it does not exist, it is as with {@link fence}. */
  mark?: string;
}

/**
 * Keys are ASCII strings in byte order. Every later operation of any client sees an operation that has resolved. A
 * read sees every write that its own client began before it, unless it is one `atOnce`. The caller owns values that it read and, once the
 * batch has resolved, values that it wrote. Contract: `store/kv/kv-contract.ts`.
 */
export interface Kv {
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: readonly string[], options?: ReadOptions): Promise<(Uint8Array | undefined)[]>;
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
  /** Gives back the room of what was deleted or written over in a range. Nothing that is read changes. */
  compact(range: KeyRange): Promise<void>;
  /**
   * Gives up the room that is kept for a full disk: call before what has to be written then. Returns whether there was some.
   * Absent where no disk can be full.
   */
  giveUpReserve?(): boolean;
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
 * @param begin entries in the first page; the others double up to `page`
 */
export async function* pages(
  kv: Pick<Kv, 'range'>,
  query: Omit<RangeQuery, 'limit'> & { limit?: number },
  page = PAGE,
  begin = page,
): AsyncGenerator<Entry[], void, undefined> {
  let { gte, lt } = query;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let size = begin;
  let limit = Math.min(size, left);
  const read = () => kv.range({ ...query, gte, lt, limit });
  let coming: Promise<Entry[]> | undefined;
  for (let first = true; limit > 0; first = false) {
    const entries = await (coming ?? read());
    coming = undefined;
    if (entries.length < limit) {
      yield entries;
      return;
    }
    left -= limit;
    size = Math.min(size * 2, page);
    limit = Math.min(size, left);
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
  kv: Pick<Kv, 'range'>,
  query: Omit<RangeQuery, 'limit'> & { limit?: number },
  page = PAGE,
): AsyncGenerator<Entry, void, undefined> {
  for await (const entries of pages(kv, query, page)) for (const entry of entries) yield entry;
}

/** The distinct names after a key prefix. Seeks from one to the next. @param within the prefix of all keys with a name */
export async function* namesAfter(
  kv: Kv,
  prefix: string,
  within: (name: string) => string,
): AsyncGenerator<string, void, undefined> {
  let { gte, lt } = prefixRange(prefix);
  for (;;) {
    const [entry] = await kv.range({ gte, lt, limit: 1 });
    if (!entry) return;
    const name = decodeURIComponent(entry[0].slice(prefix.length).split('/')[0] as string);
    yield name;
    gte = prefixRange(within(name)).lt;
  }
}

/** The values of any number of keys, in pages, so that no message holds them all. */
export async function valuesOf(
  kv: Kv,
  wanted: readonly string[],
  options?: ReadOptions,
): Promise<(Uint8Array | undefined)[]> {
  if (wanted.length <= PAGE) return kv.getMany(wanted, options);
  const values: (Uint8Array | undefined)[] = [];
  let coming = kv.getMany(wanted.slice(0, PAGE), options);
  for (let next = PAGE; values.length < wanted.length; next += PAGE) {
    const page = await coming;
    if (next < wanted.length) {
      coming = kv.getMany(wanted.slice(next, next + PAGE), options);
      coming.catch(() => {});
    }
    for (const value of page) values.push(value);
  }
  return values;
}

const encoder = new TextEncoder();
export const toBytes = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;

/** What stands for a value that nobody looks at. */
export const NOTHING = new Uint8Array();

/** The range of the twins of the records in a range. */
export const twinsRange = <R extends KeyRange>({ gte, lt, ...how }: R) => ({
  ...how,
  gte: keys.twin(gte),
  lt: keys.twin(lt),
});

/**
 * The entries of a range as its query asks for them.
 * @param twins keys of {@link twinsRange}, where it asks for them
 */
export function asAsked(
  entries: Entry[],
  { having, only }: Pick<RangeQuery, 'having' | 'only'>,
  twins: readonly string[] = [],
): Entry[] {
  const looked = having ? withHaving(entries, having) : entries;
  const last = entries.length - 1;
  const asked = only ? looked.filter(([, value], i) => value !== NOTHING || i === last) : looked;
  if (twins.length === 0) return asked;
  const found = new Set(entries.map(([key]) => keys.twin(key)));
  return [...asked, ...twins.flatMap((twin): Entry[] => (found.has(twin) ? [] : [[twin, NOTHING]]))];
}

const { indexOf } = Buffer.prototype;

function withHaving(entries: Entry[], having: readonly string[]): Entry[] {
  const texts = having.map((text) => Buffer.from(text));
  return entries.map((entry) => {
    // Of 10,000 values, a Buffer for each would cost as much as the search.
    const has = (text: Buffer) => indexOf.call(entry[1] as Buffer, text) >= 0;
    return texts.every(has) ? entry : [entry[0], NOTHING];
  });
}
