/** Sets of npm packages on disk: `<workspace>/.flow/env/<hash>`, each installed once. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { type NpmOptions, npmInstall } from './npm';
import { type PackageSet, packageSet } from './set';

/** Packages of a step, and where they are. */
export interface Installed {
  folder: string;
  names: readonly string[];
}

export interface InstallOptions extends NpmOptions {
  workspace: string;
  /** Told what is installed now, where something is: `left-pad@1.3.0, lodash@4`. */
  installing?: ((packages: string) => void) | undefined;
}

/** Written last: a folder that has it is whole. */
const WHOLE = 'installed.json';

/**
 * The folder of a set. Touches nothing but the disk where it is installed already.
 * @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED
 */
export async function installPackages(
  packages: Record<string, string>,
  options: InstallOptions,
): Promise<Installed> {
  const set = packageSet(packages, options.workspace);
  const root = join(options.workspace, '.flow', 'env');
  const folder = join(root, set.hash);
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

/** What lies in a folder that {@link installPackages} gave. */
export function installedIn(folder: string): Installed {
  const { versions } = JSON.parse(readFileSync(join(folder, WHOLE), 'utf8'));
  return { folder, names: Object.keys(versions) };
}

function isWhole(folder: string, { names }: PackageSet): boolean {
  return (
    existsSync(join(folder, WHOLE)) &&
    names.every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')))
  );
}

/** Beside its place, and then moved there: whoever looks sees all of it or nothing. */
async function install(
  set: PackageSet,
  root: string,
  folder: string,
  options: InstallOptions,
): Promise<void> {
  const { workspace, installing } = options;
  await mkdir(root, { recursive: true });
  await sweep(root);
  const temporary = join(root, temporaryName(set.hash));
  await mkdir(temporary);
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

/** Without a name: what looks through the workspace for packages must not find two of the same. */
function manifest({ dependencies }: PackageSet, workspace: string): object {
  // Which packages may run scripts when they are installed is the workspace's decision.
  const { allowScripts } = readJson(join(workspace, 'package.json')) as { allowScripts?: unknown };
  return { private: true, dependencies, ...(allowScripts === undefined ? {} : { allowScripts }) };
}

/** The workspace's registries and access to them hold here too. Gone again before the folder takes its place. */
function settingsOf(workspace: string, folder: string): string | undefined {
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
      // Another process was quicker: its folder is as good.
      if (isWhole(folder, set)) return;
      if (attempt > 2 || !existsSync(folder)) throw error;
      // Something that was damaged.
      const away = join(folder, '..', temporaryName(set.hash));
      await rename(folder, away).catch(() => {});
      await rm(away, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

function temporaryName(hash: string): string {
  return `${hash}.${hostname()}.${process.pid}.${randomBytes(3).toString('hex')}.tmp`;
}

/** What killed installations left behind. Those of other machines on the same disk may be under way. */
async function sweep(root: string): Promise<void> {
  for (const entry of await readdir(root)) {
    const [, host, pid] = entry.match(/^[0-9a-f]+\.(.*)\.(\d+)\.[0-9a-f]+\.tmp$/) ?? [];
    if (host !== hostname() || isAlive(Number(pid))) continue;
    await rm(join(root, entry), { recursive: true, force: true, maxRetries: 3 });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
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
