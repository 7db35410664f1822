/**
 * Makes room on a full disk, from what nobody has to keep: temporary files of processes that are gone, LevelDB's old log of
 * messages, outputs of spins, and what steps handed over to targets, which Nx or a spin makes again. Never anything that was
 * recorded, of runs or of kept spins, nor what a living process writes.
 */
import { lstatSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { flowsFolder } from '../environment/output-folders';
import { temporaryIn, temporaryName } from '../environment/temporary';

/** Enough: LevelDB's log, the table that is made of it, and a compaction of a few tables. Bytes. */
const ENOUGH = 32 * 1024 * 1024;

/** A disk may also be full of files. */
const ENOUGH_FILES = 64;

/** What was handed over an hour ago may still be read by a command that is under way. Milliseconds. */
const IN_USE_MS = 60 * 60 * 1000;

/** Bytes. */
const LARGE_LOG = 64 * 1024;

export interface Places {
  /** The store's folder, or none. */
  store?: string;
  /** Workspaces, whose outputs lie in `dist/flow`. */
  workspaces: readonly string[];
}

interface Candidate {
  path: string;
  kind: 'temporary' | 'spin' | 'step';
  /** When it was last written. Milliseconds since 1970. */
  at: number;
}

/**
 * Removes what is not needed from the disk of a folder, the oldest first, until there is enough.
 * @param full the folder in which there was no room: only what lies on the same file system counts
 * @returns what was done, as the end of a sentence: `removed 2 outputs of spins (…): 3.1 MB came back`. Undefined when nothing could be removed
 */
export function makeRoom(full: string, { store, workspaces }: Places, enough = ENOUGH): string | undefined {
  const disk = statSync(full).dev;
  const files = lacksFiles(full) ? ENOUGH_FILES : 0;
  const counted = new Links();
  const removed: Candidate[] = [];
  const groups = [
    temporary(store, workspaces),
    outputs(workspaces, 'spin'),
    isExecuting(workspaces) ? [] : outputs(workspaces, 'steps'),
  ];
  for (const group of groups)
    for (const candidate of group) {
      if (counted.bytes >= enough && counted.files >= files) break;
      if (lstatSync(candidate.path, { throwIfNoEntry: false })?.dev !== disk) continue;
      counted.count(candidate.path);
      if (remove(candidate)) removed.push(candidate);
    }
  return removed.length === 0 ? undefined : sentence(removed, counted.bytes, workspaces);
}

function lacksFiles(folder: string): boolean {
  try {
    const { files, ffree } = statfsSync(folder);
    return files > 0 && ffree < ENOUGH_FILES;
  } catch {
    return false;
  }
}

function temporary(store: string | undefined, workspaces: readonly string[]): Candidate[] {
  const kept = store === undefined ? [] : [store, join(store, 'spin')];
  const folders = [
    ...kept.flatMap((folder) => [folder, join(folder, 'cas')]),
    ...workspaces.flatMap((workspace) => [
      flowsFolder(workspace),
      ...foldersIn(flowsFolder(workspace)).flatMap((flow) => [join(flow, 'spin'), join(flow, 'steps')]),
    ]),
  ];
  const left = folders.flatMap((folder) => temporaryIn(folder).left);
  // Every start makes a new one: a small one would come back for ever.
  const logs = kept
    .map((folder) => join(folder, 'db', 'LOG.old'))
    .filter((path) => (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGE_LOG);
  return [...left, ...logs].map((path) => ({ path, kind: 'temporary', at: 0 }));
}

/** The outputs of each step, oldest first. */
function outputs(workspaces: readonly string[], below: 'spin' | 'steps'): Candidate[] {
  return workspaces
    .flatMap((workspace) => foldersIn(flowsFolder(workspace)))
    .flatMap((flow) => foldersIn(join(flow, below)))
    .map((path): Candidate => ({ path, kind: below === 'spin' ? 'spin' : 'step', at: writtenAt(path) }))
    .filter(({ kind, at }) => kind === 'spin' || Date.now() - at > IN_USE_MS)
    .sort((a, b) => a.at - b.at);
}

/** Whether a step is being executed as a target: it reads what others handed over. */
function isExecuting(workspaces: readonly string[]): boolean {
  return workspaces.some((workspace) => temporaryIn(flowsFolder(workspace)).used.length > 0);
}

/** The folders in a folder, without temporary ones. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** The newest of a folder and what is right in it: a folder that was moved keeps its time. */
function writtenAt(folder: string): number {
  const times = [folder, ...namesIn(folder).map((name) => join(folder, name))].map(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Outputs are moved aside first: whoever writes or reads them meanwhile finds all of them or none. */
function remove({ path, kind }: Candidate): boolean {
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
class Links {
  bytes = 0;
  files = 0;
  readonly #left = new Map<number, number>();

  count(path: string): void {
    const found = lstatSync(path, { throwIfNoEntry: false });
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

function sentence(removed: readonly Candidate[], bytes: number, workspaces: readonly string[]): string {
  const of = (kind: Candidate['kind']) => removed.filter((candidate) => candidate.kind === kind);
  const count = (n: number, one: string, many: string) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]);
  const what = [
    ...count(of('temporary').length, 'temporary file', 'temporary files'),
    ...count(of('spin').length, 'output of a spin', 'outputs of spins'),
    ...count(of('step').length, 'hand-over of a step', 'hand-overs of steps'),
  ];
  const [first, ...others] = removed.filter(({ kind }) => kind !== 'temporary');
  const name = first && nameIn(first.path, workspaces);
  const which = name ? ` (${name}${others.length > 0 ? `, and ${others.length} more` : ''})` : '';
  return `removed ${what.join(' and ')}${which}: ${inWords(bytes)} came back`;
}

function nameIn(path: string, workspaces: readonly string[]): string {
  const workspace = workspaces.find((folder) => path.startsWith(folder));
  return workspace === undefined ? path : relative(workspace, path);
}

function inWords(bytes: number): string {
  const kb = Math.ceil(bytes / 1024);
  return kb < 1024 ? `${kb} KB` : `${(kb / 1024).toFixed(1)} MB`;
}
