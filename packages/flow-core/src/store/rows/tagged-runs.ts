/** Lists runs with their current tags, or those that have some: page by page, whatever the number of runs. */
import { type Entry, type Kv, pages, scan } from '../kv/kv';
import { keys, lastNumber, prefixRange } from '../kv/row-keys';
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
  return pages(kv, { ...prefixRange(keys.runs(flow)), reverse: true, having: texts }, PAGE);
}

/** The changes of tags since the runs' starts, for runs that are asked for newest first. */
class Changes {
  readonly #entries: AsyncGenerator<Entry>;
  #entry: TagEntry | undefined;
  /** The newest run that may have some. */
  next = Number.POSITIVE_INFINITY;

  constructor(kv: Kv, flow: string) {
    this.#entries = scan(kv, { ...prefixRange(keys.tags(flow)), reverse: true });
  }

  async of(run: number): Promise<TagEntry[]> {
    const own: TagEntry[] = [];
    while (this.next >= run) {
      if (this.#entry?.run === run) own.unshift(this.#entry);
      const { value, done } = await this.#entries.next();
      this.#entry = done ? undefined : tagEntry(value as Entry);
      this.next = this.#entry?.run ?? 0;
    }
    return own;
  }
}
