/** What is measured: the packages as they are built here, or as a commit builds them, each in a folder that nothing changes. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whenInterrupted } from './ending.mjs';
import { timed } from './node.mjs';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Neither sources nor builds: what tools leave, and what an install makes. */
const LEFT_OUT = new Set(['.git', '.flow', '.nx', '.ci', 'node_modules', 'coverage']);

/**
 * @typedef {object} Build
 * @property {string} folder the checkout with its built packages, without an install
 * @property {string} modules the folder of the installed packages
 */

/**
 * Gives the working tree as it is built now.
 * @param {(build: Build) => Promise<T>} use
 * @template T
 */
export function withWorkingTree(use) {
  return withFolder(async (folder) => {
    cpSync(repository, folder, {
      recursive: true,
      filter: (path) => {
        const parts = relative(repository, path).split(/[\\/]/);
        return parts[0] !== 'dist' && !parts.some((part) => LEFT_OUT.has(part));
      },
    });
    return await use({ folder, modules: join(repository, 'node_modules') });
  });
}

/**
 * Gives the commit, checked out and built in a folder of its own. Where this checkout has every package that the
 * commit's lock file names, in the same version, its packages are linked; else they are installed.
 * @param {string} commit
 * @param {(build: Build) => Promise<T>} use
 * @template T
 */
export function withCommit(commit, use) {
  return withFolder(async (folder) => {
    await timed('git', ['clone', '--quiet', '--shared', '--no-checkout', repository, folder]);
    const quiet = ['-c', 'advice.detachedHead=false', '-C', folder];
    await timed('git', [...quiet, 'checkout', '--quiet', '--detach', commit]);
    if (installedHere(folder)) linkInstall(folder);
    else await timed('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
    await build(folder);
    return await use({ folder, modules: join(folder, 'node_modules') });
  });
}

/** @param {string} [folder] a checkout with its install */
export const build = (folder = repository) => timed('npm', ['run', '--silent', 'build'], { cwd: folder });

/**
 * The whole hash of a commit; undefined where there is none by this name.
 * @param {string} name
 */
export async function findCommit(name) {
  try {
    const argv = [
      '-C',
      repository,
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${name}^{commit}`,
    ];
    return (await timed('git', argv)).stdout.trim();
  } catch {
    return undefined;
  }
}

async function withFolder(use) {
  // Node resolves links: a temporary folder that is one would be two names for the same files.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-bench-build-')));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  const forget = whenInterrupted(remove);
  try {
    return await use(folder);
  } finally {
    remove();
    forget();
  }
}

/** Npm's own list of what is installed stands in `node_modules`. */
function installedHere(folder) {
  const wanted = installedPackages(join(folder, 'package-lock.json'));
  const here = new Map(installedPackages(join(repository, 'node_modules', '.package-lock.json')));
  return (
    wanted.length > 0 &&
    wanted.every(([path, version, optional]) => here.get(path) === version || (optional && !here.has(path)))
  );
}

/** Path, version, and whether another machine's package. */
function installedPackages(file) {
  if (!existsSync(file)) return [];
  const { packages = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version, optional }]) => [path, version, optional === true]);
}

/** Links the packages that are installed here; those that are developed in the checkout are the commit's own. */
function linkInstall(folder) {
  const own = (from, to) => symlinkSync(relative(dirname(from), realpathSync(from)), to, 'junction');
  for (const part of ['', 'packages/flow-core', 'packages/flow-plugin']) {
    const from = join(repository, part, 'node_modules');
    if (existsSync(from)) linkPackages(from, join(folder, part, 'node_modules'), own);
  }
}

/**
 * Links what is installed in one folder into another one.
 * @param {(from: string, to: string) => void} own makes the link of a package that is developed in the checkout
 */
export function linkPackages(from, to, own = () => {}) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    const path = join(from, name);
    // A package that an earlier commit did not have yet.
    if (!existsSync(path)) continue;
    const real = realpathSync(path);
    const installed = real.split(sep).includes('node_modules');
    if (!installed) own(path, join(to, name));
    else if (name.startsWith('@') && !lstatSync(path).isSymbolicLink())
      linkPackages(path, join(to, name), own);
    else symlinkSync(real, join(to, name), 'junction');
  }
}
