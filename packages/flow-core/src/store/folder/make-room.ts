/**
 * Makes room on a full disk, from what nobody has to keep: temporary files of processes that are gone, LevelDB's old log of
 * messages, outputs of spins, and what steps handed over to targets, which Nx or a spin makes again. Never anything that was
 * recorded, of runs or of kept spins, nor what a living process writes.
 */
import { lstatSync, statfsSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import {
  isExecuting,
  outputs,
  type Places,
  type Replaceable,
  removeReplaceable,
  Sizes,
  temporary,
} from './replaceable';

/** Enough: LevelDB's log, the table that is made of it, and a compaction of a few tables. Bytes. */
const ENOUGH = 32 * 1024 * 1024;

/** What was handed over an hour ago may still be read by a command that is under way. Milliseconds. */
const IN_USE_MS = 60 * 60 * 1000;

/** A disk may also be full of files. */
const ENOUGH_FILES = 64;

/**
 * Removes what is not needed from the disk of a folder, the oldest first, until there is enough.
 * @param full the folder in which there was no room: only what lies on the same file system counts
 * @returns what was done, as the end of a sentence: `removed 2 outputs of spins (…): 3.1 MB came back`. Undefined when nothing could be removed
 */
export function makeRoom(full: string, { store, workspaces }: Places, enough = ENOUGH): string | undefined {
  const disk = statSync(full).dev;
  const files = lacksFiles(full) ? ENOUGH_FILES : 0;
  const counted = new Sizes();
  const removed: Replaceable[] = [];
  const groups = [
    temporary(store, workspaces),
    outputs(workspaces, 'spin'),
    isExecuting(workspaces)
      ? []
      : outputs(workspaces, 'steps').filter(({ at }) => Date.now() - at > IN_USE_MS),
  ];
  for (const group of groups)
    for (const candidate of group) {
      if (counted.bytes >= enough && counted.files >= files) break;
      if (lstatSync(candidate.path, { throwIfNoEntry: false })?.dev !== disk) continue;
      counted.count(candidate.path);
      if (removeReplaceable(candidate)) removed.push(candidate);
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

function sentence(removed: readonly Replaceable[], bytes: number, workspaces: readonly string[]): string {
  const of = (kind: Replaceable['kind']) => removed.filter((candidate) => candidate.kind === kind);
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
