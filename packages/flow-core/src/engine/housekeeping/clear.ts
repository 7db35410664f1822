/**
 * Removes the records of runs that have tombstones, as far as nobody reads or needs them. It may end at any point: the tombstone
 * says that records are left, and the next one goes on.
 */
import type { KeyRange } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import type { Store } from '../../store/store';
import { type Needed, neededOf } from '../record/needed';
import { clearReuse, clearSpan, Removal, rangeOf, type Span } from './clear-span';
import { maybeRead, surelyRead } from './in-use';
import { type Left, leftOfRemoved, tombstone } from './tombstones';

export interface Cleared {
  /** Removed runs of which a command still reads the records: `movies/12`. They go with the next `gc`. */
  read: string[];
  /** Of those, the ones that nobody is known to read: whoever did may come back after a broker's start. */
  unsure: string[];
  /** Removed runs of which others need tasks. */
  needed: { run: string; tasks: number; by: string[] }[];
  /** How many records went. */
  records: number;
  /** The bytes that were named by records that went: others may name them, too. */
  hashes: Set<string>;
  /** The keys among which records went. */
  ranges: KeyRange[];
  /** How many removed runs were not looked at, since the time was up. */
  later: number;
}

export interface ClearOptions {
  /** When to stop, by `performance.now()`: the next one goes on. */
  until?: number;
  /** Hears how many of the removed runs were looked at. */
  progress?(done: number, of: number): void;
}

/** Runs that are cleared together. */
const GROUP = 256;

/** Looks at once, where the numbers of runs do not follow one another. */
const AT_ONCE = 16;

export async function clearRemoved(
  store: Store,
  { until = Number.POSITIVE_INFINITY, progress = () => {} }: ClearOptions = {},
): Promise<Cleared> {
  const none = { read: [], unsure: [], needed: [], ranges: [] };
  const cleared: Cleared = { ...none, records: 0, hashes: new Set(), later: 0 };
  const flows = await leftOfRemoved(store);
  const of = [...flows.values()].reduce((sum, left) => sum + left.length, 0);
  let done = 0;
  for (const [flow, left] of flows) {
    if (performance.now() > until) break;
    // Asked before what refers to them is read: who leaves now has written all that it wanted to.
    const read = await maybeRead(store, left);
    const needed = await neededOf(
      store,
      flow,
      new Set(left.map(({ run }) => run)),
      [...read].map(({ run }) => run),
    );
    const gone = new Set<number>();
    for (let i = 0; i < left.length && performance.now() <= until; i += GROUP) {
      const some = left.slice(i, i + GROUP);
      for (const run of await clearGroup(store, some, read, needed, cleared)) gone.add(run);
      done += some.length;
      progress(done, of);
    }
    if (gone.size > 0) cleared.ranges.push(...rangesOf(spanOf(flow, [...gone])));
  }
  return { ...cleared, later: of - done };
}

/** Returns the runs of which records went. */
async function clearGroup(
  store: Store,
  group: readonly Left[],
  read: ReadonlySet<Left>,
  needed: Needed,
  cleared: Cleared,
): Promise<Set<number>> {
  const readNow = await maybeRead(store, group);
  const goes: Left[] = [];
  for (const one of group) {
    if (!read.has(one) && !readNow.has(one)) {
      goes.push(one);
      continue;
    }
    const name = `${one.flow}/${one.run}`;
    cleared.read.push(name);
    if (!(await surelyRead(store, one))) cleared.unsure.push(name);
  }
  const removal = new Removal(store, cleared.hashes);
  const spans = spansOf(goes);
  for (let i = 0; i < spans.length; i += AT_ONCE)
    await Promise.all(spans.slice(i, i + AT_ONCE).map((span) => clearSpan(store, span, needed, removal)));
  if (goes[0]) await clearReuse(store, goes[0].flow, new Set(goes.map(({ run }) => run)), removal);
  await removal.end(goes.map((one) => whatIsLeft(one, needed)));
  for (const { flow, run } of goes)
    if (needed.count(run) > 0)
      cleared.needed.push({
        run: `${flow}/${run}`,
        tasks: needed.count(run),
        by: needed.by(run).map((other) => `${flow}/${other}`),
      });
  cleared.records += removal.records;
  return removal.runs;
}

const whatIsLeft = ({ flow, run, at, by }: Left, needed: Needed) =>
  tombstone({ flow, run }, needed.count(run) > 0 ? { at, by, left: true } : { at, by });

/** Runs whose numbers follow one another, together. @param runs of one flow, by their numbers */
function spansOf(runs: readonly Left[]): Span[] {
  const spans: Span[] = [];
  for (const { flow, run } of runs) {
    const before = spans.at(-1);
    if (before?.last === run - 1) before.last = run;
    else spans.push({ flow, first: run, last: run });
  }
  return spans;
}

function spanOf(flow: string, runs: readonly number[]): Span {
  const [first, last] = runs.reduce(
    ([min, max], run) => [Math.min(min, run), Math.max(max, run)],
    [Number.POSITIVE_INFINITY, 0],
  );
  return { flow, first, last };
}

/** Everything between two runs of a flow. */
function rangesOf(span: Span): KeyRange[] {
  const { flow } = span;
  return [
    rangeOf(span, (run) => keys.artifacts(flow, run)),
    rangeOf(span, (run) => keys.cards(flow, run)),
    rangeOf(span, (run) => keys.code(flow, run)),
    rangeOf(span, (run) => keys.logs(flow, run)),
    prefixRange(keys.namespaces(flow)),
    prefixRange(keys.nonces(flow)),
    rangeOf(span, (run) => keys.parts(flow, run)),
    prefixRange(keys.removedRuns(flow)),
    prefixRange(keys.reusable(flow)),
    rangeOf(span, (run) => keys.run(flow, run)),
    rangeOf(span, (run) => keys.tags(flow, run)),
    rangeOf(span, (run) => keys.tasks(flow, run)),
    rangeOf(span, (run) => keys.twin(keys.code(flow, run))),
    rangeOf(span, (run) => keys.twin(keys.tags(flow, run))),
  ];
}

/** Gives the room of removed records back. */
export async function compactRanges(store: Store, ranges: readonly KeyRange[]): Promise<void> {
  for (const range of ranges) await store.kv.compact(range);
}
