/** Sets of npm packages on disk: `<workspace>/.flow/env/<hash>`, each installed once. */
import { copyFileSync, existsSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { packagesFolder } from '../../environment/packages-folder';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import { type NpmOptions, npmInstall } from './npm';
import { type PackageSet, packageSet } from './set';

/** Packages of a step, and where they are. */
export interface Installed {
  folder: string;
  names: readonly string[];
}

export interface InstallOptions extends NpmOptions {
  workspace: string;
  /** Called with the packages before they are installed: `left-pad@1.3.0, lodash@4`. */
  installing?: ((packages: string) => void) | undefined;
  /** Called with the name of the set's folder before it is looked at: from now on it is in use. */
  using?: ((set: string) => void) | undefined;
}

/** Written last: a folder with this file is complete. Its time is that of the last use. */
export const WHOLE = 'installed.json';

/**
 * Returns the folder of a set, and installs it when it is not there. An installed set needs no network.
 * @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED
 */
export async function installPackages(
  packages: Record<string, string>,
  options: InstallOptions,
): Promise<Installed> {
  const set = packageSet(packages, options.workspace);
  const root = packagesFolder(options.workspace);
  const folder = join(root, set.hash);
  options.using?.(set.hash);
  // First: whoever removes it sees this, or it is not there.
  noteUse(folder);
  if (!isWhole(folder, set)) {
    try {
      await install(set, root, folder, options);
    } catch (cause) {
      const { code } = cause as { code?: string };
      if (code === undefined || code.startsWith('FLOW_')) throw cause;
      const message = `${root} cannot be written (${code}): the packages of steps are installed there.`;
      throw new FlowError('FLOW_PACKAGES', message, { exit: 1, cause });
    }
  }
  return { folder, names: set.names };
}

/** Reads a folder that {@link installPackages} returned. */
export function installedIn(folder: string): Installed {
  const { versions } = JSON.parse(readFileSync(join(folder, WHOLE), 'utf8'));
  return { folder, names: Object.keys(versions) };
}

/** A folder that cannot be written is used all the same. */
function noteUse(folder: string): void {
  const now = new Date();
  try {
    utimesSync(join(folder, WHOLE), now, now);
  } catch {}
}

function isWhole(folder: string, { names }: PackageSet): boolean {
  return (
    existsSync(join(folder, WHOLE)) &&
    names.every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')))
  );
}

/** Installs into a temporary sibling folder and renames it: readers see the whole set or nothing. */
async function install(
  set: PackageSet,
  root: string,
  folder: string,
  options: InstallOptions,
): Promise<void> {
  const { workspace, installing } = options;
  await mkdir(root, { recursive: true, mode: 0o700 });
  sweepTemporary(root);
  const temporary = join(root, temporaryName());
  await mkdir(temporary, { mode: 0o700 });
  try {
    installing?.(set.text);
    await writeFile(join(temporary, 'package.json'), JSON.stringify(manifest(set, workspace), null, 2));
    const settings = settingsOf(workspace, temporary);
    await npmInstall(temporary, set.text, options);
    if (settings !== undefined) await rm(settings);
    const versions = Object.fromEntries(set.names.map((name) => [name, versionOf(temporary, name)]));
    await writeFile(join(temporary, WHOLE), JSON.stringify({ packages: set.text, versions }, null, 2));
    await putInPlace(temporary, folder, set);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Has no name, so that tools that scan the workspace do not find two packages of the same name. */
function manifest({ dependencies }: PackageSet, workspace: string): object {
  // Which packages may run scripts when they are installed is the workspace's decision.
  const { allowScripts } = readJson(join(workspace, 'package.json')) as { allowScripts?: unknown };
  return { private: true, dependencies, ...(allowScripts === undefined ? {} : { allowScripts }) };
}

/** Copies the workspace's .npmrc, for its registries and access. It is deleted before the folder is moved. */
export function settingsOf(workspace: string, folder: string): string | undefined {
  const from = join(workspace, '.npmrc');
  const to = join(folder, '.npmrc');
  if (!existsSync(from)) return undefined;
  try {
    symlinkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
  return to;
}

async function putInPlace(temporary: string, folder: string, set: PackageSet): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(temporary, folder);
    } catch (error) {
      // Another process installed the same set first.
      if (isWhole(folder, set)) return;
      if (attempt > 2 || !existsSync(folder)) throw error;
      // The existing folder is damaged.
      const away = join(folder, '..', temporaryName());
      await rename(folder, away).catch(() => {});
      await rm(away, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

function versionOf(folder: string, name: string): unknown {
  return (readJson(join(folder, 'node_modules', name, 'package.json')) as { version?: unknown }).version;
}

function readJson(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
