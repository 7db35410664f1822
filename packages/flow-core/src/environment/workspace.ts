/** The workspace: the folder that holds flows and, by default, their store. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { formerStore } from './former-store';
import { listsPackage } from './listed';
import { whyUnsafe } from './owners';

/** A folder that would be the workspace but for its owner or its mode, and why it is not. */
export interface PassedOver {
  folder: string;
  why: string;
}

export interface FoundWorkspace {
  folder: string;
  passedOver?: PassedOver;
  /** A store with runs that an earlier version would have used here. */
  former?: string;
}

/**
 * The workspace of a folder: the nearest folder upward with `nx.json`; else the root that lists the package in its
 * workspaces; else the package, the nearest folder with `package.json`; else the folder itself.
 * @param started the folder in which the command was started
 */
export function findWorkspace(from: string, started: string = process.cwd()): string {
  return searchWorkspace(from, started).folder;
}

/**
 * The same, with what else is worth a line. A folder that another user owns or that everybody can write is not taken:
 * what lies there would decide which flows are executed. The root of the file system is never the workspace of a
 * folder below it. This is in the start-up of every command: a few looks at each folder upward, and no file is read
 * before a second package above.
 */
export function searchWorkspace(from: string, started: string = process.cwd()): FoundWorkspace {
  const start = resolve(from);
  const stores: string[] = [];
  let nx: string | undefined;
  let chosen: string | undefined;
  let noNx: PassedOver | undefined;
  // The package that would be the workspace if owners and modes did not count, and the first on the way to it that does.
  let would: string | undefined;
  let barred: PassedOver | undefined;
  for (let folder = start; nx === undefined && dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, '.flow'))) stores.push(folder);
    if (existsSync(join(folder, 'nx.json'))) {
      const why = whyUnsafe(folder, started);
      if (why === undefined) nx = folder;
      else noNx ??= { folder, why };
    } else if (isPackage(folder)) {
      const why = whyUnsafe(folder, started);
      const wouldBe = would === undefined || listsPackage(folder, would);
      const listed = () => (would === chosen ? wouldBe : listsPackage(folder, chosen as string));
      if (why === undefined && (chosen === undefined || listed())) chosen = folder;
      if (wouldBe) would = folder;
      if (wouldBe && why !== undefined) barred ??= { folder, why };
    }
  }
  let passedOver = noNx ?? (nx === undefined && would !== chosen ? barred : undefined);
  let folder = nx ?? chosen ?? start;
  if (folder === start && start !== started) {
    // A flow's file in a folder of others: they get neither a store nor outputs.
    const why = whyUnsafe(start, started);
    if (why !== undefined) {
      passedOver ??= { folder, why };
      folder = searchWorkspace(started, started).folder;
    }
  }
  const former = stores.some((store) => store !== folder) ? formerStore(start, folder) : undefined;
  return { folder, ...(passedOver ? { passedOver } : {}), ...(former === undefined ? {} : { former }) };
}

/** An installed package is part of a workspace, and never one. */
const INSTALLED = `${sep}node_modules${sep}`;

function isPackage(folder: string): boolean {
  if (folder.includes(INSTALLED)) return false;
  return existsSync(join(folder, 'package.json')) || existsSync(join(folder, 'pnpm-workspace.yaml'));
}
