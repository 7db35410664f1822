/** Lists runs with their current tags, or those that have some: page by page, whatever the number of runs. */
import { type Entry, type Kv, scan } from '../kv/kv';
import { keys, lastNumber, prefixRange } from '../kv/row-keys';
import { missing, requireAll } from './missing';
import type { RunRow } from './rows';
import { applyChanges, type TagEntry, tagEntry } from './tags';
import { twinOf } from './twins';

export interface TaggedRuns {
  /** Undefined for all. */
  namespace?: string | undefined;
  /** Only runs that have all of these tags, the user's or the system's. */
  tags?: readonly string[];
}

/** Runs that are looked at together: of most, no more is read than the key. */
const PAGE = 2048;

const FIRST_RUN = 1;

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
    const last = entries.at(-1);
    if (!last) return;
    const values = new Map<number, Uint8Array>();
    for (const [key, value] of entries) if (value.length > 0) values.set(lastNumber(key), value);
    const changed = await changes.downTo(lastNumber(last[0]));
    const left = [...changed].flatMap(([run, own]) => (!values.has(run) && mayHave(own, tags) ? [run] : []));
    const read = left.length === 0 ? [] : await kv.getMany(left.map((run) => keys.run(flow, run)));
    for (const [i, run] of left.entries()) if (read[i]) values.set(run, read[i]);
    const found = [...values].sort(([a], [b]) => b - a);
    const rows: RunRow[] = [];
    for (const row of rowsOf(found.map(([run, value]): Entry => [keys.run(flow, run), value]))) {
      const own = changed.get(row.run);
      const now = own ? { ...row, tags: applyChanges(row.tags, await changesIn(kv, own)) } : row;
      const has = tags.every((tag) => now.tags.includes(tag) || now.systemTags.includes(tag));
      if (has && (tags.length === 0 || namespace === undefined || now.namespace === namespace))
        rows.push(now);
    }
    yield rows;
  }
}

/** The rows of those runs that had the tags at their start, and perhaps of some more. The last one may be without. */
async function* having(kv: Kv, flow: string, namespace: string | undefined, tags: readonly string[]) {
  const texts = [...tags, ...(namespace === undefined ? [] : [namespace])].map((text) =>
    JSON.stringify(text),
  );
  const runs = missing(kv);
  for (let { gte, lt } = prefixRange(keys.runs(flow)); ; ) {
    const entries = await runs.range({ gte, lt, reverse: true, limit: PAGE, having: texts, only: true });
    const last = entries.at(-1);
    if (!last) return;
    yield entries;
    if (lastNumber(last[0]) <= FIRST_RUN) return;
    lt = last[0];
  }
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
  return changesIn(kv, { entries, twins });
}

/** The changes of one run's tags, and their twins. */
interface TagsOfRun {
  entries: Entry[];
  twins: Entry[];
}

/** @throws FlowError FLOW_STORE_CORRUPT where one is lost */
async function changesIn(kv: Kv, { entries, twins }: TagsOfRun): Promise<TagEntry[]> {
  await requireAll(kv, entries, twins);
  return entries.map(tagEntry);
}

/** Whether a run that did not have all of these tags at its start may have them now. One whose changes are lost may. */
function mayHave({ entries, twins }: TagsOfRun, tags: readonly string[]): boolean {
  const keysThere = new Set(entries.map(([key]) => key));
  return (
    tags.length > 0 &&
    (twins.some(([twin]) => !keysThere.has(twinOf(twin))) ||
      entries.map(tagEntry).some(({ tag, added }) => added && tags.includes(tag)))
  );
}

/** The changes of tags since the runs' starts, for runs that are asked for newest first. */
class Changes {
  readonly #entries: OfRuns;
  readonly #twins: OfRuns;

  constructor(kv: Kv, flow: string) {
    this.#entries = new OfRuns(kv, keys.tags(flow));
    this.#twins = new OfRuns(kv, keys.twin(keys.tags(flow)));
  }

  /** Those of the runs down to this one that were not given yet. Some may be of runs that are removed. */
  async downTo(run: number): Promise<Map<number, TagsOfRun>> {
    const [entries, twins] = await Promise.all([this.#entries.downTo(run), this.#twins.downTo(run)]);
    const numbers = new Set([...entries.keys(), ...twins.keys()]);
    return new Map(
      [...numbers].map((one) => [one, { entries: entries.get(one) ?? [], twins: twins.get(one) ?? [] }]),
    );
  }
}

/** Records of runs, of which there are several for one. */
class OfRuns {
  readonly #entries: AsyncGenerator<Entry>;
  /** Begun before they are asked for. */
  readonly #first: Promise<unknown>;
  #entry: Entry | undefined;
  /** The newest run that may have some. */
  #next = 0;

  constructor(kv: Kv, prefix: string) {
    this.#entries = scan(kv, { ...prefixRange(prefix), reverse: true });
    this.#first = this.#advance();
    this.#first.catch(() => {});
  }

  async downTo(run: number): Promise<Map<number, Entry[]>> {
    const found = new Map<number, Entry[]>();
    await this.#first;
    while (this.#entry && this.#next >= run) {
      found.set(this.#next, [this.#entry, ...(found.get(this.#next) ?? [])]);
      await this.#advance();
    }
    return found;
  }

  async #advance(): Promise<void> {
    const { value, done } = await this.#entries.next();
    this.#entry = done ? undefined : (value as Entry);
    this.#next = this.#entry ? runOf(this.#entry) : 0;
  }
}

/** The part before the last. */
const runOf = ([key]: Entry) => lastNumber(key.slice(0, key.lastIndexOf('/')));
