/** What lies beside the records and can be made again: temporary files, outputs of spins, what steps handed over. */

import { readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lstatAt } from '../../environment/look';
import { flowsFolder } from '../../environment/output-folders';
import { packagesFolder } from '../../environment/packages-folder';
import { temporaryIn, temporaryName } from '../../environment/temporary';

/** Bytes. */
const LARGE_LOG = 64 * 1024;

export interface Places {
  /** The store's folder, or none. */
  store?: string;
  /** Workspaces, whose outputs lie in `dist/flow`. */
  workspaces: readonly string[];
}

export interface Replaceable {
  path: string;
  kind: 'temporary' | 'spin' | 'step';
  /** When it was last written. Milliseconds since 1970. */
  at: number;
}

/** What processes that are gone left, and LevelDB's old log of messages. */
export function temporary(store: string | undefined, workspaces: readonly string[]): Replaceable[] {
  const kept = store === undefined ? [] : [store, join(store, 'spin')];
  const folders = [
    ...kept.flatMap((folder) => [folder, join(folder, 'cas')]),
    ...workspaces.flatMap((workspace) => [
      packagesFolder(workspace),
      flowsFolder(workspace),
      ...foldersIn(flowsFolder(workspace)).flatMap((flow) => [join(flow, 'spin'), join(flow, 'steps')]),
    ]),
  ];
  const left = folders.flatMap((folder) => temporaryIn(folder).left);
  // Every start makes a new one: a small one would come back for ever.
  const logs = kept
    .map((folder) => join(folder, 'db', 'LOG.old'))
    .filter((path) => (lstatAt(path)?.size ?? 0) > LARGE_LOG);
  return [...left, ...logs].map((path) => ({ path, kind: 'temporary', at: 0 }));
}

/** The outputs of each step, oldest first. */
export function outputs(workspaces: readonly string[], below: 'spin' | 'steps'): Replaceable[] {
  return workspaces
    .flatMap((workspace) => foldersIn(flowsFolder(workspace)))
    .flatMap((flow) => foldersIn(join(flow, below)))
    .map((path): Replaceable => ({ path, kind: below === 'spin' ? 'spin' : 'step', at: writtenAt(path) }))
    .sort((a, b) => a.at - b.at);
}

/** Whether a step is being executed as a target: it reads what others handed over. */
export function isExecuting(workspaces: readonly string[]): boolean {
  return workspaces.some((workspace) => temporaryIn(flowsFolder(workspace)).used.length > 0);
}

/** The folders in a folder, without temporary ones. */
export function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** The newest of a folder and what is right in it: a folder that was moved keeps its time. */
export function writtenAt(folder: string): number {
  const times = [folder, ...namesIn(folder).map((name) => join(folder, name))].map(
    (path) => lstatAt(path)?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Outputs are moved aside first: whoever writes or reads them meanwhile finds all of them or none. */
export function removeReplaceable({ path, kind }: Replaceable): boolean {
  try {
    const aside = kind === 'temporary' ? path : join(dirname(path), temporaryName());
    if (aside !== path) renameSync(path, aside);
    rmSync(aside, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Adds up what removing files gives back: one that lies elsewhere too, as a hard link, gives nothing. */
export class Sizes {
  bytes = 0;
  files = 0;
  readonly #left = new Map<number, number>();

  count(path: string): void {
    const found = lstatAt(path);
    if (!found) return;
    if (found.isDirectory()) for (const name of namesIn(path)) this.count(join(path, name));
    else {
      const left = (this.#left.get(found.ino) ?? found.nlink) - 1;
      this.#left.set(found.ino, left);
      if (left > 0) return;
    }
    this.files++;
    this.bytes += Math.min(found.blocks * 512, Math.max(found.size, found.isDirectory() ? 0 : 512));
  }
}
