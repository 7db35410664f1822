/** The npm packages of code that was sent: installed as its lock file says, once for each lock file, and shared by all code that has the same. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { npmCi, packageFile } from '@nx-flow/core/queue';
import { filesOfLock, LOCK } from './lock-file';

const ENGINE = join('@nx-flow', 'core');

/** Installed packages are those of one kind of machine, and of one engine. Short. */
export function kindOfMachine(scripts: boolean): string {
  const { platform, arch, versions } = process;
  const musl = existsSync('/etc/alpine-release') ? 'musl' : '';
  const key = JSON.stringify([1, platform, arch, versions.modules, musl, packageFile(''), scripts]);
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/** The name of the packages that code needs: of its lock file. Undefined where it has none. */
export async function lockHash(code: string): Promise<string | undefined> {
  const lock = join(code, LOCK);
  return existsSync(lock)
    ? createHash('sha256')
        .update(await readFile(lock))
        .digest('hex')
    : undefined;
}

export interface InstallOptions {
  /** Whether packages execute scripts when they are installed. */
  scripts: boolean;
  /** Its `.npmrc` says where packages come from. */
  workspace: string;
  signal: AbortSignal;
}

/** Installs what the lock file of this code says. @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED */
export async function installLocked(code: string, folder: string, options: InstallOptions): Promise<void> {
  const text = await readFile(join(code, LOCK), 'utf8');
  for (const path of ['package.json', LOCK, ...filesOfLock(text)]) {
    if (!existsSync(join(code, path))) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    await copyFile(join(code, path), join(folder, path));
  }
  await npmCi(folder, options);
  // One engine: that of the worker, which has the same version.
  const engine = join(folder, 'node_modules', ENGINE);
  await rm(engine, { recursive: true, force: true });
  await mkdir(dirname(engine), { recursive: true, mode: 0o700 });
  await symlink(packageFile(''), engine, 'junction');
}

/** Lets code find its packages, and the engine of this worker. @param installed absent where it has no lock file */
export async function linkPackages(code: string, installed: string | undefined): Promise<void> {
  const own = join(code, 'node_modules');
  if (installed === undefined) return link(packageFile(''), join(own, ENGINE));
  const places = await nestedPlaces(installed);
  for (const place of ['', ...places]) await linkAll(installed, code, join(place, 'node_modules'));
}

/** Folders of the workspace's own packages in which npm has installed something. */
async function nestedPlaces(installed: string): Promise<string[]> {
  const folders = filesOfLock(await readFile(join(installed, LOCK), 'utf8')).map(dirname);
  return folders.filter((folder) => folder !== '.' && existsSync(join(installed, folder, 'node_modules')));
}

/** Each package apart: what npm has linked to a folder of the workspace is to lead to that of the code. */
async function linkAll(installed: string, code: string, folder: string): Promise<void> {
  for (const name of await readdir(join(installed, folder)).catch(() => [])) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    if (name.startsWith('@')) await linkAll(installed, code, path);
    else await link(await targetOf(installed, code, path), join(code, path));
  }
}

async function targetOf(installed: string, code: string, path: string): Promise<string> {
  const place = join(installed, path);
  if (!(await lstat(place)).isSymbolicLink()) return place;
  const inside = relative(installed, resolve(dirname(place), await readlink(place)));
  return inside.split(sep)[0] === '..' || inside.split(sep).includes('node_modules')
    ? place
    : join(code, inside);
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await symlink(target, path, 'junction').catch((error) => {
    // Another worker, or an earlier one, has made it.
    if (error.code !== 'EEXIST') throw error;
  });
}
