/** Once for all files: packs the packages, and installs them beside Nx in a folder outside the repository. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmEnv } from './env';

const ROOT = join(__dirname, '../..');
const PACKAGES = ['flow-core', 'flow-plugin'];

/** A folder of an earlier time serves again with `NX_FLOW_E2E=<folder>`, while the packages are as they were. */
export default function setup(): void {
  const folder = process.env.NX_FLOW_E2E ?? realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-e2e-')));
  if (process.env.NX_FLOW_E2E === undefined) process.env.NX_FLOW_E2E_REMOVED = 'true';
  process.env.NX_FLOW_E2E = folder;
  mkdirSync(folder, { recursive: true });
  if (PACKAGES.some((name) => !isBuilt(join(ROOT, 'packages', name))))
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'inherit' });
  if (newest(folder, 0) > Math.max(...PACKAGES.map((name) => newest(join(ROOT, 'packages', name, 'dist')))))
    return;
  const packages = PACKAGES.map((name) => `./packages/${name}`);
  npm(ROOT, 'pack', ...packages, '--silent', '--pack-destination', folder);
  // NX_FLOW_E2E_NX=23.3.2 tries another version that we support.
  install(folder, process.env.NX_FLOW_E2E_NX ?? manifest(ROOT).devDependencies.nx);
}

/** Whether what is built is newer than what it is built from. */
function isBuilt(folder: string): boolean {
  const dist = join(folder, 'dist/index.js');
  return existsSync(dist) && statSync(dist).mtimeMs > newest(join(folder, 'src'));
}

/** The time of the newest file, in milliseconds; 0 for a folder that is not there or has none. */
function newest(folder: string, depth = Number.POSITIVE_INFINITY): number {
  if (!existsSync(folder)) return 0;
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth === 0 ? 0 : newest(path, depth - 1);
    return statSync(path).mtimeMs;
  });
  return Math.max(0, ...times);
}

/** Installs the packed packages into a folder, beside a version of Nx. */
export function install(folder: string, nx: string | undefined): void {
  const packed = process.env.NX_FLOW_E2E as string;
  const tarballs = readdirSync(packed).filter((file) => file.endsWith('.tgz'));
  const core = manifest(join(ROOT, 'packages/flow-core'));
  const dependencies = {
    nx,
    '@nx/devkit': nx,
    zod: core.devDependencies.zod,
    ...Object.fromEntries(tarballs.map((file) => [nameOf(file), `file:${join(packed, file)}`])),
  };
  mkdirSync(folder, { recursive: true });
  // npm would keep packages that were packed earlier under the same version.
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json', 'node_modules/@nx-flow'])
    rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'e2e', private: true, devDependencies: dependencies }),
  );
  npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error');
}

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', args, {
    cwd,
    env: npmEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

function manifest(folder: string): { devDependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** `nx-flow-core-0.1.0.tgz` is @nx-flow/core. */
function nameOf(tarball: string): string {
  return `@nx-flow/${tarball.match(/^nx-flow-([a-z]+)-/)?.[1]}`;
}
