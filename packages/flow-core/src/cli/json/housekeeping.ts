/** What `store`, `rm` and `gc` print with `--json`. Sizes are bytes. */
import type { FileKind } from '../../engine/housekeeping/files';
import type { BesideUsage, FlowUsage } from '../../engine/housekeeping/overview';
import type { RunStatus } from '../../store/rows/rows';

/** `store` */
export interface StoreJson {
  /** Its folder. */
  store: string;
  /** The database on the disk. */
  database: number;
  /** Files of large values on the disk. */
  files: number;
  fileBytes: number;
  /** By flow, the largest first. */
  flows: readonly FlowUsage[];
  /** How many runs were removed. */
  removed: number;
  /** The store of persisted spins; null where there is none. */
  spins: Pick<StoreJson, 'database' | 'files' | 'fileBytes' | 'flows' | 'removed'> | null;
  beside: BesideUsage;
}

/** What was removed, or would be. */
export interface RemovedJson {
  /** `movies/12` */
  removed: readonly string[];
  /** Removed runs that a command reads: their records go with the next `gc`. */
  read: readonly string[];
  /** Removed runs of which others need tasks, which stay. */
  needed: readonly { run: string; tasks: number; by: readonly string[] }[];
  /** Files of large values. */
  files: number;
  fileBytes: number;
  /** Files that nothing refers to and that are new: they stay for an hour. */
  young: { files: number; bytes: number };
  dryRun: boolean;
}

/** `rm` */
export type RmJson = RemovedJson;

/** `gc` */
export interface GcJson extends RemovedJson {
  runs: readonly {
    pathspec: string;
    status: RunStatus;
    startedAt: number;
    tags: readonly string[];
    kept: boolean;
    /** Why it is kept. Null for one that goes. */
    reason: string | null;
  }[];
  /** Persisted spins on removed runs. */
  spins: readonly string[];
  beside: Record<FileKind, { names: readonly string[]; bytes: number }>;
  /** Of the places of large values that the store shares with workers; absent where there are none. `left` says why one was not looked at. */
  shared?: readonly { url: string; files: number; bytes: number; left?: string }[];
  /** What came back on the disk. With `--dry-run`, without that of the database. */
  bytes: number;
}
