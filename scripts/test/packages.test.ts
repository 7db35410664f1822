/** What npm gets of each package: everything that its manifest names, and nothing that is of this repository alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { readNxMigrateConfig } from 'nx/src/utils/package-json';

const ROOT = join(__dirname, '../..');
const FOLDERS = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));

/** The paths of a value, however deep, that begin with `./`. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [posix.normalize(value)] : [];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(pathsIn) : [];
}

/** Before npm 11, the name of a script that npm executes stood among the JSON, unless it is in the background. */
const PACK = ['pack', '--dry-run', '--json', '--foreground-scripts=false'];

function packed(folder: string): string[] {
  const answer = execFileSync('npm', PACK, {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  // A list until npm 11, an object by names since.
  const [{ files }] = Object.values(JSON.parse(answer)) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

test.each(FOLDERS)('%s: npm gets what the manifest names, and no sources, tests or stamps', (folder) => {
  const manifest = json(`${folder}/package.json`);
  const files = packed(folder);
  const lists = [manifest.generators, manifest.executors, manifest['nx-migrations']?.migrations]
    .filter((file) => file !== undefined)
    .flatMap((file) => pathsIn(json(posix.join(folder, file))));
  const { main, types, bin, exports: entries, generators, executors } = manifest;
  const named = pathsIn([main, types, bin, entries, generators, executors, manifest['nx-migrations']]);
  expect(files).toEqual(expect.arrayContaining([...named, ...lists, 'README.md', 'LICENSE']));
  expect(files.filter((file) => !/^(dist|bin|schemas)\/|^[A-Za-z]+(\.md|\.json)?$/.test(file))).toEqual([]);
  expect(files.filter((file) => /(^|\/)(\.|src\/|test\/|project\.json)/.test(file))).toEqual([]);
});

test.each(FOLDERS)('%s: npm packs nothing before it is built, and one sentence says why', (folder) => {
  const clone = mkdtempSync(join(tmpdir(), 'nx-flow-unbuilt-'));
  try {
    for (const path of ['scripts/prepack.mjs', `${folder}/package.json`, `${folder}/README.md`])
      cpSync(join(ROOT, path), join(clone, path));
    const { status, stdout, stderr } = spawnSync('npm', ['pack', '--silent'], {
      cwd: join(clone, folder),
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(stderr).toBe(
      `${json(`${folder}/package.json`).name} is not built yet: run \`npm install\` in the repository first, then pack again.\n`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(readdirSync(join(clone, folder)).sort()).toEqual(['README.md', 'package.json']);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});

test.each(FOLDERS)('%s: what people look for on npm is there', (folder) => {
  const manifest = json(`${folder}/package.json`);
  expect(manifest).toMatchObject({
    description: expect.any(String),
    keywords: expect.arrayContaining(['typescript']),
    license: 'MIT',
    engines: { node: json('package.json').engines.node },
    publishConfig: { access: 'public' },
  });
  expect(read(`${folder}/LICENSE`)).toBe(read('LICENSE'));
  // A condition `types` counts only where it comes first.
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry === 'object') expect(Object.keys(entry as object)[0]).toBe('types');
  }
});

test('all packages have one version, and ask for each other at exactly that', () => {
  const manifests = FOLDERS.map((folder) => json(`${folder}/package.json`));
  const versions = new Set(manifests.map(({ version }) => version));
  expect(versions.size).toBe(1);
  const [version] = versions;
  const names = manifests.map(({ name }) => name);
  for (const { dependencies = {}, peerDependencies = {} } of manifests) {
    for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
      if (names.includes(name)) expect([name, range]).toEqual([name, version]);
    }
  }
  const { packages } = json('package-lock.json');
  expect(FOLDERS.map((folder) => packages[folder].version)).toEqual(FOLDERS.map(() => version));
});

test('nx migrate @nx-flow/plugin moves the engine, the codecs, the page and the queue along', () => {
  const manifest = json('packages/flow-plugin/package.json');
  expect(readNxMigrateConfig(manifest)).toEqual({
    migrations: './migrations.json',
    packageGroup: ['@nx-flow/core', '@nx-flow/codecs', '@nx-flow/ui', '@nx-flow/queue'].map((name) => ({
      package: name,
      version: '*',
    })),
  });
});
