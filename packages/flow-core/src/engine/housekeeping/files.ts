/**
 * What lies beside the records and is made again when it is needed: outputs of spins, hand-overs of steps, npm packages, compiled
 * code, cards that were written to be looked at, temporary files. What nobody has used for a month goes, and the outputs of spins on
 * runs that were removed, and their cards.
 */

import { readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { lstatAt } from '../../environment/look';
import { cardsFolder } from '../../environment/output-folders';
import { packagesFolder } from '../../environment/packages-folder';
import { isPrivate, privateFolder } from '../../environment/private-folder';
import { temporaryName } from '../../environment/temporary';
import {
  foldersIn,
  isExecuting,
  namesIn,
  outputs,
  type Replaceable,
  removeReplaceable,
  Sizes,
  temporary,
} from '../../store/folder/replaceable';
import { keys } from '../../store/kv/row-keys';
import type { Store } from '../../store/store';
import { held } from './in-use';

/** What nobody has used for so long goes. Milliseconds. */
export const UNUSED_MS = 30 * 24 * 60 * 60 * 1000;

export type FileKind = 'spins' | 'handovers' | 'packages' | 'cards' | 'compiled' | 'temporary';

export interface BesideFile {
  kind: FileKind;
  path: string;
  /** When it was last written or used. Milliseconds since 1970. */
  at: number;
}

export interface Beside {
  /** The folder of the store. */
  store: string;
  workspace: string;
}

const KINDS = { spin: 'spins', step: 'handovers', temporary: 'temporary' } as const;

export function filesBeside({ store, workspace }: Beside): BesideFile[] {
  const known = (files: Replaceable[]) =>
    files.map(({ path, kind, at }): BesideFile => ({ kind: KINDS[kind], path, at }));
  const packages = foldersIn(packagesFolder(workspace)).map((path) => ({ path, at: lastUse(path) }));
  const cards = foldersIn(cardsFolder(workspace)).flatMap((flow) =>
    namesIn(flow).map((name) => join(flow, name)),
  );
  const own = privateFolder(tmpdir());
  const compiled = isPrivate(own) ? namesIn(join(own, 'code')).map((name) => join(own, 'code', name)) : [];
  return [
    ...known(outputs([workspace], 'spin')),
    ...known(outputs([workspace], 'steps')),
    ...packages.map(({ path, at }): BesideFile => ({ kind: 'packages', path, at })),
    ...cards.map((path): BesideFile => ({ kind: 'cards', path, at: timeOf(path) })),
    ...compiled.map((path): BesideFile => ({ kind: 'compiled', path, at: timeOf(path) })),
    ...known(temporary(store, [workspace])),
  ];
}

/** The file that is written last has the time of the last use. */
const lastUse = (set: string) => timeOf(join(set, 'installed.json')) || timeOf(set);
const timeOf = (path: string) => lstatAt(path)?.mtimeMs ?? 0;

export interface SweepFilesOptions extends Beside {
  /** Milliseconds since 1970. */
  now: number;
  /** Whether a run was removed, or will be. */
  isRemoved(flow: string, run: number): Promise<boolean>;
  dryRun: boolean;
}

/** What went, or would go. Sizes are bytes; names are relative to the workspace where they lie in it. */
export type SweptFiles = Record<FileKind, { names: string[]; bytes: number }>;

export async function sweepFiles(store: Store, options: SweepFilesOptions): Promise<SweptFiles> {
  const { workspace, now, dryRun } = options;
  const swept = Object.fromEntries(
    (['spins', 'handovers', 'packages', 'cards', 'compiled', 'temporary'] as const).map((kind) => [
      kind,
      { names: [] as string[], bytes: 0 },
    ]),
  ) as SweptFiles;
  const executing = isExecuting([workspace]);
  for (const file of filesBeside(options)) {
    const isOld = now - file.at > UNUSED_MS;
    const goes =
      file.kind === 'temporary' ||
      (file.kind === 'spins' && (isOld || (await isOfRemoved(file.path, options)))) ||
      (file.kind === 'handovers' && isOld && !executing) ||
      (file.kind === 'packages' && isOld && !(await isHeld(store, file.path))) ||
      (file.kind === 'cards' && (isOld || (await isCardOfRemoved(file.path, options)))) ||
      (file.kind === 'compiled' && isOld);
    if (!goes) continue;
    const sizes = new Sizes();
    sizes.count(file.path);
    if (!dryRun && !(await remove(store, file, now))) continue;
    swept[file.kind].bytes += sizes.bytes;
    swept[file.kind].names.push(nameIn(workspace, file.path));
  }
  return swept;
}

/** The origin stands in the outputs: of one task, or of the first of many. */
async function isOfRemoved(folder: string, { isRemoved }: SweepFilesOptions): Promise<boolean> {
  try {
    const { origin } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as { origin?: unknown };
    const [, flow, run] = /^([^/]+)\/(\d+)(?:\/|$)/.exec(String(origin)) ?? [];
    return flow !== undefined && (await isRemoved(flow, Number(run)));
  } catch {
    return false;
  }
}

/** `.flow/cards/movies/12-train-3-default.html`; those of persisted spins have a word before the number. */
async function isCardOfRemoved(file: string, { isRemoved }: SweepFilesOptions): Promise<boolean> {
  const [run] = /^\d+(?=-)/.exec(basename(file)) ?? [];
  return run !== undefined && (await isRemoved(basename(dirname(file)), Number(run)));
}

async function isHeld(store: Store, set: string): Promise<boolean> {
  return (await held(store, [keys.pinPackages(basename(set))])).size > 0;
}

async function remove(store: Store, { kind, path }: BesideFile, now: number): Promise<boolean> {
  if (kind === 'packages') return removePackages(store, path, now);
  if (kind === 'spins' || kind === 'handovers') return removeReplaceable({ path, kind: 'spin', at: 0 });
  return removeReplaceable({ path, kind: 'temporary', at: 0 });
}

/** Moved aside first, and asked about once more: whoever uses it has said so before, or finds none. */
async function removePackages(store: Store, path: string, now: number): Promise<boolean> {
  const aside = join(dirname(path), temporaryName());
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  if (now - lastUse(aside) <= UNUSED_MS || (await isHeld(store, path))) {
    renameSync(aside, path);
    return false;
  }
  rmSync(aside, { recursive: true, force: true });
  return true;
}

function nameIn(workspace: string, path: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') ? path : inside;
}
