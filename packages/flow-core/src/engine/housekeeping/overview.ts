/** What takes the space, for people: by flow, then what lies beside the records. Sizes are bytes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Sizes } from '../../store/folder/replaceable';
import { scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { hasDatabase } from '../../store/new-store';
import type { Store } from '../../store/store';
import { type Beside, type FileKind, filesBeside } from './files';
import { OnDisk } from './on-disk';
import { usageOfRuns } from './usage';

/** What the runs of a flow take. */
export interface FlowUsage {
  flow: string;
  runs: number;
  /** Their records, without what tasks printed, as they were written: the database packs them. */
  records: number;
  /** What tasks printed. */
  logs: number;
  /** Large values: files, each counted once for a flow. */
  files: number;
  fileBytes: number;
}

export interface StoreUsage {
  flows: FlowUsage[];
  /** Runs that were removed: a tombstone each. */
  removed: number;
  /** The database on the disk. */
  database: number;
  /** All large values on the disk, also those that nothing refers to. */
  files: number;
  fileBytes: number;
}

/** @param folder the store's @param disk what was counted before counts no more: stores share large values */
export async function usageOfStore(store: Store, folder: string, disk = new OnDisk()): Promise<StoreUsage> {
  const flows = new Map<string, FlowUsage>();
  const counted = new Map<string, Set<string>>();
  const removed = new Set<string>();
  for await (const [key] of scan(store.kv, prefixRange(keys.allRemoved()))) removed.add(key);
  for (const { flow, run, records, logs, files } of (await usageOfRuns(store)).values()) {
    const found = flows.get(flow) ?? { flow, runs: 0, records: 0, logs: 0, files: 0, fileBytes: 0 };
    flows.set(flow, found);
    // What is left of a removed one takes space, too.
    if (!removed.has(keys.removed(flow, run))) found.runs++;
    found.records += records;
    found.logs += logs;
    const known = counted.get(flow) ?? new Set<string>();
    counted.set(flow, known);
    for (const [hash, bytes] of files) {
      if (known.has(hash)) continue;
      known.add(hash);
      found.files++;
      found.fileBytes += bytes;
    }
  }
  const large = disk.take(join(folder, 'cas'));
  return {
    flows: [...flows.values()].sort((a, b) => weight(b) - weight(a)),
    removed: removed.size,
    database: disk.take(join(folder, 'db')).bytes,
    files: large.files,
    fileBytes: large.bytes,
  };
}

const weight = ({ records, logs, fileBytes }: FlowUsage) => records + logs + fileBytes;

/** What lies beside the records, by kind. */
export type BesideUsage = Record<FileKind | 'index' | 'other', { count: number; bytes: number }>;

/** @param disk what was counted of the store before: `other` is the rest */
export function usageBeside(beside: Beside, disk = new OnDisk()): BesideUsage {
  const usage: BesideUsage = {
    spins: { count: 0, bytes: 0 },
    handovers: { count: 0, bytes: 0 },
    packages: { count: 0, bytes: 0 },
    cards: { count: 0, bytes: 0 },
    compiled: { count: 0, bytes: 0 },
    temporary: { count: 0, bytes: 0 },
    index: { count: 0, bytes: 0 },
    other: { count: 0, bytes: 0 },
  };
  const add = (kind: keyof BesideUsage, path: string) => {
    usage[kind].count++;
    usage[kind].bytes += disk.take(path).bytes;
  };
  for (const { kind, path } of filesBeside(beside)) add(kind, path);
  // Small, and needed by Nx and by the next command: they are counted alone.
  for (const name of ['index.json', 'heads']) {
    const path = join(beside.workspace, '.flow', name);
    if (existsSync(path)) add('index', path);
  }
  const own = join(beside.workspace, '.flow');
  // It may be another store.
  const folders = own === beside.store || hasDatabase(own) ? [beside.store] : [beside.store, own];
  for (const folder of folders) {
    const { files, bytes } = disk.take(folder);
    usage.other.count += files;
    usage.other.bytes += bytes;
  }
  return usage;
}

/** What comes back when a folder is removed. */
export function sizeOf(path: string): number {
  const sizes = new Sizes();
  sizes.count(path);
  return sizes.bytes;
}
