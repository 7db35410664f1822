/** What npm gets of each package: everything that its manifest names, and nothing that is of this repository alone. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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

function packed(folder: string): string[] {
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json'], {
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

test('nx migrate @nx-flow/plugin moves the engine along', () => {
  const manifest = json('packages/flow-plugin/package.json');
  expect(readNxMigrateConfig(manifest)).toEqual({
    migrations: './migrations.json',
    packageGroup: [{ package: '@nx-flow/core', version: '*' }],
  });
});
