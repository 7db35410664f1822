/** gc: what a policy lets go, with all that nothing needs any more, in the store, in that of persisted spins, and beside them. */
import { isFlowError } from '../../definition/errors';
import { keys } from '../../store/kv/row-keys';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Swept } from './blobs';
import { type Beside, type SweptFiles, sweepFiles } from './files';
import { firstRoom } from './first-room';
import { readRuns } from './in-use';
import { type Judged, MAY_BE_READ } from './kept';
import { type PlanOptions, planRemoval } from './plan';
import { NOTHING_SWEPT, type Removed, removeRuns } from './remove';
import { wouldRemove } from './would-remove';

export interface CollectOptions extends PlanOptions {
  /** Whose name stands in the tombstones. */
  by: string;
  /** The store of persisted spins, where there is one. */
  spins?: Store;
  beside: Beside;
  /** Changes nothing, and says what would go. */
  dryRun: boolean;
  /** How long a file of a large value counts as new. Milliseconds. */
  newMs?: number;
  /** Hears how many of the removed runs were looked at. */
  progress?(done: number, of: number): void;
}

export interface Collected extends Removed {
  /** Every run that was looked at. */
  judged: Judged[];
  /** Persisted spins on runs that were removed: `movies/3`. */
  spins: string[];
  beside: SweptFiles;
}

const FIRST = { gte: '', lt: '\x7f', limit: 1 };

/** @throws FlowError FLOW_STORE_FULL, FLOW_STORE_UNWRITABLE */
export async function collect(store: Store, options: CollectOptions): Promise<Collected> {
  const { by, now: at, newMs, dryRun, progress } = options;
  const first = dryRun ? NOTHING_SWEPT : await requireWritable(store, options);
  const judged = await planRemoval(store, options);
  const rows = judged.flatMap(({ row, kept }) => (kept === undefined ? [row] : []));
  const blobs = newMs === undefined ? {} : { newMs };
  const remover = { by, at, all: true, ...blobs, ...(progress ? { progress } : {}) };
  const removed = dryRun
    ? await wouldRemove(store, rows, { all: true, ...blobs })
    : await removeRuns(store, rows, remover);
  const going = new Set(dryRun ? removed.runs : []);
  const known = new Map<string, Promise<boolean>>();
  const isRemoved = (flow: string, run: number) => {
    const name = `${flow}/${run}`;
    const found =
      known.get(name) ?? store.removed(flow, run).then((row) => going.has(name) || row !== undefined);
    known.set(name, found);
    return found;
  };
  const spins = options.spins && (await spinsOfRemoved(options.spins, options, isRemoved));
  const gone =
    options.spins && spins && !dryRun ? await removeRuns(options.spins, spins, remover) : undefined;
  const beside = await sweepFiles(store, { ...options.beside, now: at, dryRun, isRemoved });
  return {
    ...removed,
    judged,
    blobs: [removed.blobs, ...(gone ? [gone.blobs] : [])].reduce(sum, first),
    spins: gone?.runs ?? (spins ?? []).map(({ flow, run }) => `${flow}/${run}`),
    beside,
  };
}

/**
 * Where nothing can be written nobody knows who reads, and no run goes: the reason is that. On a full disk, what nothing refers to
 * makes the room for the first of the tombstones.
 * @returns what went for that
 */
async function requireWritable(store: Store, { spins, newMs }: CollectOptions): Promise<Swept> {
  if ((await store.kv.range(FIRST)).length === 0) return NOTHING_SWEPT;
  const write = () => store.kv.batch([{ key: keys.allRemoved(), value: undefined }]);
  try {
    await write();
    return NOTHING_SWEPT;
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_FULL') throw error;
    const swept: Swept[] = [];
    for (const one of [store, ...(spins ? [spins] : [])])
      swept.push(await firstRoom(one, newMs === undefined ? {} : { newMs }));
    const all = swept.reduce(sum);
    if (all.bytes === 0) throw error;
    await write();
    // What is new is counted again.
    return { ...all, young: NOTHING_SWEPT.young };
  }
}

/** Somebody may come back to what was to go. */
export const isUndone = ({ judged, unsure, blobs }: Collected) =>
  unsure.length > 0 || blobs.young.unsure === true || judged.some(({ kept }) => kept === MAY_BE_READ);

/** Nobody can spin again what they are compared with. */
async function spinsOfRemoved(
  spins: Store,
  { policy: { keepTags = [] } }: CollectOptions,
  isRemoved: (flow: string, run: number) => Promise<boolean>,
): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for await (const flow of spins.flows())
    for await (const page of spins.pagesOfTagged(flow))
      for (const row of page) {
        const [of, run] = row.spunFrom?.origin?.split('/') ?? [];
        if (row.status === 'running' || row.tags.some((tag) => keepTags.includes(tag))) continue;
        if (of !== undefined && (await isRemoved(of, Number(run)))) rows.push(row);
      }
  const read = await readRuns(spins, rows);
  return rows.filter((row) => !read.has(row));
}

function sum(a: Swept, b: Swept): Swept {
  return {
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    young: {
      files: a.young.files + b.young.files,
      bytes: a.young.bytes + b.young.bytes,
      ...(a.young.unsure || b.young.unsure ? { unsure: true } : {}),
    },
  };
}
