/** Lists runs with their current tags, or those that have some: page by page, whatever the number of runs. */
import { type Entry, type Kv, pages, scan } from '../kv/kv';
import { keys, lastNumber, prefixRange } from '../kv/row-keys';
import { missing, requireAll } from './missing';
import type { RunRow } from './rows';
import { applyChanges, type TagEntry, tagEntry } from './tags';

export interface TaggedRuns {
  /** Undefined for all. */
  namespace?: string | undefined;
  /** Only runs that have all of these tags, the user's or the system's. */
  tags?: readonly string[];
}

/** Runs that are looked at together: of most, no more is read than the key. */
const PAGE = 2048;

/**
 * @param all the rows of all runs of the namespace as they are stored, newest first
 * @param rowsOf parses rows; empty ones are left out
 */
export async function* taggedRuns(
  kv: Kv,
  flow: string,
  { namespace, tags = [] }: TaggedRuns,
  all: () => AsyncIterable<Entry[]>,
  rowsOf: (entries: readonly Entry[]) => RunRow[],
): AsyncGenerator<RunRow[], void, undefined> {
  const changes = new Changes(kv, flow);
  const chosen = tags.length === 0 ? all() : having(kv, flow, namespace, tags);
  for await (const entries of chosen) {
    const changed = new Map<number, TagEntry[]>();
    const left: number[] = [];
    for (const [key, value] of entries) {
      const run = lastNumber(key);
      if (changes.next < run) continue;
      const own = await changes.of(run);
      if (own.length === 0) continue;
      changed.set(run, own);
      if (value.length === 0 && own.some(({ tag, added }) => added && tags.includes(tag))) left.push(run);
    }
    const read = new Map<number, Uint8Array>();
    const values = left.length === 0 ? [] : await kv.getMany(left.map((run) => keys.run(flow, run)));
    for (const [i, run] of left.entries()) if (values[i]) read.set(run, values[i]);
    const rows = rowsOf(entries.map(([key, value]): Entry => [key, read.get(lastNumber(key)) ?? value]));
    yield rows.flatMap((row): RunRow[] => {
      const own = changed.get(row.run);
      const now = own ? { ...row, tags: applyChanges(row.tags, own) } : row;
      const has = tags.every((tag) => now.tags.includes(tag) || now.systemTags.includes(tag));
      return has && (tags.length === 0 || namespace === undefined || now.namespace === namespace)
        ? [now]
        : [];
    });
  }
}

/** All runs; the rows of those that had the tags at their start, and perhaps of some more. */
function having(kv: Kv, flow: string, namespace: string | undefined, tags: readonly string[]) {
  const texts = [...tags, ...(namespace === undefined ? [] : [namespace])].map((text) =>
    JSON.stringify(text),
  );
  return pages(missing(kv), { ...prefixRange(keys.runs(flow)), reverse: true, having: texts }, PAGE);
}

/** The changes of a run's tags since its start. @throws FlowError FLOW_STORE_CORRUPT */
export async function changesOf(kv: Kv, flow: string, run: number): Promise<TagEntry[]> {
  const keysOf = async (prefix: string) => {
    const entries: Entry[] = [];
    for await (const entry of scan(kv, prefixRange(prefix))) entries.push(entry);
    return entries;
  };
  const tags = keys.tags(flow, run);
  const [twins, entries] = await Promise.all([keysOf(keys.twin(tags)), keysOf(tags)]);
  await requireAll(kv, entries, twins);
  return entries.map(tagEntry);
}

/** The changes of tags since the runs' starts, for runs that are asked for newest first. */
class Changes {
  readonly #kv: Kv;
  readonly #entries: OfRuns;
  readonly #twins: OfRuns;

  constructor(kv: Kv, flow: string) {
    this.#kv = kv;
    this.#entries = new OfRuns(kv, keys.tags(flow));
    this.#twins = new OfRuns(kv, keys.twin(keys.tags(flow)));
  }

  /** The newest run that may have some. */
  get next(): number {
    return Math.max(this.#entries.next, this.#twins.next);
  }

  /** @throws FlowError FLOW_STORE_CORRUPT where one is lost */
  async of(run: number): Promise<TagEntry[]> {
    const [entries, twins] = await Promise.all([this.#entries.of(run), this.#twins.of(run)]);
    await requireAll(this.#kv, entries, twins);
    return entries.map(tagEntry);
  }
}

/** Records of runs, of which there are several for one. */
class OfRuns {
  readonly #entries: AsyncGenerator<Entry>;
  #entry: Entry | undefined;
  /** The newest run that may have some. */
  next = Number.POSITIVE_INFINITY;

  constructor(kv: Kv, prefix: string) {
    this.#entries = scan(kv, { ...prefixRange(prefix), reverse: true });
  }

  async of(run: number): Promise<Entry[]> {
    const own: Entry[] = [];
    while (this.next >= run) {
      if (this.#entry && runOf(this.#entry) === run) own.unshift(this.#entry);
      const { value, done } = await this.#entries.next();
      this.#entry = done ? undefined : (value as Entry);
      this.next = this.#entry ? runOf(this.#entry) : 0;
    }
    return own;
  }
}

/** The part before the last. */
const runOf = ([key]: Entry) => lastNumber(key.slice(0, key.lastIndexOf('/')));
