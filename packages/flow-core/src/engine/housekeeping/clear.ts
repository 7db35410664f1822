/**
 * Removes the records of runs that have tombstones, as far as nobody reads or needs them. It may end at any point: the tombstone
 * says that records are left, and the next one goes on.
 */
import { type KeyRange, type Op, scan } from '../../store/kv';
import { IN_FILES, unpackArtifact } from '../../store/records';
import { keys, prefixRange } from '../../store/row-keys';
import type { Store } from '../../store/store';
import { type Needed, neededOf } from '../record/needed';
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
}

/** Operations of one batch. */
const GROUP = 4096;

/** Records in one page. Only their keys are sent, but the broker reads what was printed, too. */
const PAGE = 128;

/** A text that no value has: a key is all that is asked for. */
const ONLY_KEYS = ['\u0000no value\u0000'];

export async function clearRemoved(store: Store): Promise<Cleared> {
  const cleared: Cleared = { read: [], unsure: [], needed: [], records: 0, hashes: new Set(), ranges: [] };
  for (const [flow, left] of await leftOfRemoved(store)) {
    // Asked before what refers to them is read: who leaves now has written all that it wanted to.
    const read = await maybeRead(store, left);
    const needed = await neededOf(
      store,
      flow,
      new Set(left.map(({ run }) => run)),
      [...read].map(({ run }) => run),
    );
    const gone: number[] = [];
    for (const one of left) {
      const name = `${flow}/${one.run}`;
      if (read.has(one) || (await maybeRead(store, [one])).has(one)) {
        cleared.read.push(name);
        if (!(await surelyRead(store, one))) cleared.unsure.push(name);
        continue;
      }
      const before = cleared.records;
      await clearRun(store, one, needed, cleared);
      if (cleared.records > before) gone.push(one.run);
      if (needed.count(one.run) > 0)
        cleared.needed.push({
          run: name,
          tasks: needed.count(one.run),
          by: needed.by(one.run).map((run) => `${flow}/${run}`),
        });
    }
    if (gone.length > 0) cleared.ranges.push(...rangesOf(flow, Math.min(...gone), Math.max(...gone)));
  }
  return cleared;
}

async function clearRun(store: Store, { flow, run, at, by }: Left, needed: Needed, cleared: Cleared) {
  let ops: Op[] = [];
  const remove = async (key: string) => {
    cleared.records++;
    ops.push({ key, value: undefined });
    if (ops.length < GROUP) return;
    await store.kv.batch(ops);
    ops = [];
  };
  const ofTasks = [
    { prefix: keys.tasks(flow, run), having: ONLY_KEYS },
    { prefix: keys.logs(flow, run), having: ONLY_KEYS },
    { prefix: keys.artifacts(flow, run), having: IN_FILES },
  ];
  for (const { prefix, having } of ofTasks)
    for await (const [key, value] of scan(store.kv, { ...prefixRange(prefix), having }, PAGE)) {
      const [, , , step = '', task] = key.split('/', 5);
      if (needed.has({ run, step, task: Number(task) })) continue;
      if (value.length > 0) {
        const { hash } = unpackArtifact(value);
        if (hash !== undefined) cleared.hashes.add(hash);
      }
      await remove(key);
    }
  for await (const [key] of scan(store.kv, prefixRange(keys.tags(flow, run)))) await remove(key);
  const isNeeded = needed.count(run) > 0;
  // What a repair found lost is missed by who needs it.
  const isMissed = (key: string) => {
    const [, kind, , , step = '', task] = key.split('/');
    return kind === 'code' ? isNeeded : task !== undefined && needed.has({ run, step, task: Number(task) });
  };
  for (const kind of ['artifact', 'code', 'log', 'tag', 'task'])
    for await (const [key] of scan(
      store.kv,
      prefixRange(keys.lost(keys.run(flow, run).replace(/^run/, kind))),
    ))
      if (!isMissed(key)) await remove(key);
  // Of a task that is needed, one may ask which code it was.
  if (!isNeeded && (await store.kv.get(keys.code(flow, run)))) await remove(keys.code(flow, run));
  await store.commit([...ops, tombstone({ flow, run }, isNeeded ? { at, by, left: true } : { at, by })]);
}

/** Everything between two runs of a flow. */
function rangesOf(flow: string, first: number, last: number): KeyRange[] {
  const range = (of: (run: number) => string): KeyRange => ({ gte: of(first), lt: prefixRange(of(last)).lt });
  return [
    range((run) => keys.artifacts(flow, run)),
    range((run) => keys.code(flow, run)),
    range((run) => keys.logs(flow, run)),
    prefixRange(keys.namespaces(flow)),
    prefixRange(keys.nonces(flow)),
    prefixRange(keys.removedRuns(flow)),
    range((run) => keys.run(flow, run)),
    range((run) => keys.tasks(flow, run)),
  ];
}

/** Gives the room of removed records back. */
export async function compactRanges(store: Store, ranges: readonly KeyRange[]): Promise<void> {
  for (const range of ranges) await store.kv.compact(range);
}
