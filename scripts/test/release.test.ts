/** What a release changes: `nx release version` calls these actions for each package. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTree } from '@nx/devkit/testing';

const VersionActions = require('../release/version-actions.cjs');
const { released } = require('../release/texts.cjs');

const DAY = '2026-11-28';
const CHANGELOG =
  '# Changelog\n\n## 0.2.0 (unreleased)\n\n- One thing.\n\n## 0.1.0 (2026-10-01)\n\n- The first.\n';
const GRAPH = {
  nodes: {
    core: { name: 'core', data: { root: 'packages/core', metadata: { js: { packageName: '@acme/core' } } } },
    plugin: {
      name: 'plugin',
      data: { root: 'packages/plugin', metadata: { js: { packageName: '@acme/plugin' } } },
    },
  },
};

/** A repository of two packages, of which one asks for the other, at 0.1.0. */
function repository(changelog = CHANGELOG) {
  const tree = createTree();
  const core = { name: '@acme/core', version: '0.1.0', dependencies: { level: '10.0.0' } };
  const plugin = {
    name: '@acme/plugin',
    version: '0.1.0',
    dependencies: { '@acme/core': '0.1.0', ignore: '7.0.0' },
    peerDependencies: { nx: '>=23 <25' },
  };
  const files = {
    'packages/core/package.json': core,
    'packages/plugin/package.json': plugin,
    'package-lock.json': {
      packages: { '': {}, 'packages/core': core, 'packages/plugin': plugin, 'node_modules/level': {} },
    },
  };
  for (const [file, content] of Object.entries(files))
    tree.write(file, `${JSON.stringify(content, null, 2)}\n`);
  tree.write('CHANGELOG.md', changelog);
  const actions = async (project: keyof typeof GRAPH.nodes) => {
    const made = new VersionActions({}, GRAPH.nodes[project], { manifestRootsToUpdate: [] });
    await made.init(tree);
    return made;
  };
  const read = (file: string) => JSON.parse(tree.read(file, 'utf-8') ?? '');
  return { tree, actions, read };
}

test('a package’s version is that of its manifest, and what it asks for is found by the package’s name', async () => {
  const { tree, actions } = repository();
  const plugin = await actions('plugin');
  expect(await plugin.readCurrentVersionFromSourceManifest(tree)).toEqual({
    currentVersion: '0.1.0',
    manifestPath: join('packages/plugin', 'package.json'),
  });
  expect(await plugin.readCurrentVersionOfDependency(tree, GRAPH, 'core')).toEqual({
    currentVersion: '0.1.0',
    dependencyCollection: 'dependencies',
  });
  expect(await (await actions('core')).readCurrentVersionOfDependency(tree, GRAPH, 'plugin')).toEqual({
    currentVersion: null,
    dependencyCollection: null,
  });
});

test('manifests, lock file and changelog move to the new version, and nothing else does', async () => {
  const { tree, actions, read } = repository();
  for (const project of ['plugin', 'core'] as const)
    await (await actions(project)).updateProjectVersion(tree, '0.2.0');
  await (await actions('plugin')).updateProjectDependencies(tree, GRAPH, { core: '0.2.0' });
  const core = { name: '@acme/core', version: '0.2.0', dependencies: { level: '10.0.0' } };
  const plugin = {
    name: '@acme/plugin',
    version: '0.2.0',
    dependencies: { '@acme/core': '0.2.0', ignore: '7.0.0' },
    peerDependencies: { nx: '>=23 <25' },
  };
  expect(read('packages/core/package.json')).toEqual(core);
  expect(read('packages/plugin/package.json')).toEqual(plugin);
  expect(read('package-lock.json').packages).toEqual({
    '': {},
    'packages/core': core,
    'packages/plugin': plugin,
    'node_modules/level': {},
  });
  expect(tree.read('CHANGELOG.md', 'utf-8')).toMatch(
    /^# Changelog\n\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n- One thing/,
  );
});

test('a package that the lock file does not know is refused', async () => {
  const { tree, actions } = repository();
  tree.write('package-lock.json', '{ "packages": {} }');
  await expect((await actions('core')).updateProjectVersion(tree, '0.2.0')).rejects.toThrow(
    'package-lock.json has no entry for packages/core: run npm install first.',
  );
});

test('the changelog’s first section becomes that of the release, once; a prerelease leaves it open', () => {
  const out = released(CHANGELOG, '0.2.0', DAY);
  expect(out).toBe(CHANGELOG.replace('0.2.0 (unreleased)', '0.2.0 (2026-11-28)'));
  expect(released(out, '0.2.0', '2026-11-29')).toBe(out);
  expect(released(CHANGELOG, '0.2.0-beta.1', DAY)).toBe(CHANGELOG);
});

test.each([
  ['0.3.0', CHANGELOG, 'it begins with "## 0.2.0 (unreleased)"'],
  ['0.2.0', '# Changelog\n\n## 0.1.0 (2026-10-01)\n', 'it begins with "## 0.1.0 (2026-10-01)"'],
  ['0.2.0', '# Changelog\n', 'it begins with no section'],
])('a release %s of which the changelog says nothing is refused', (version, changelog, why) => {
  expect(() => released(changelog, version, DAY)).toThrow(
    `CHANGELOG.md has to begin with "## ${version} (unreleased)" for ${version} to be released; ${why}.`,
  );
});

test('a package is published from the tag of its version, without changes, or not at all', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-release-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
  const publish = () =>
    spawnSync(process.execPath, [join(__dirname, '../release/publish.mjs')], {
      cwd: folder,
      encoding: 'utf8',
      // Should it ever go on: to nowhere.
      env: {
        ...process.env,
        NX_DRY_RUN: '',
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_dry_run: 'true',
      },
    });
  try {
    writeFileSync(join(folder, 'package.json'), '{ "name": "@acme/core", "version": "0.2.0" }');
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'Release 0.2.0');
    expect(publish()).toMatchObject({
      status: 1,
      stderr: '@acme/core 0.2.0 is published from its tag, v0.2.0: check that out first.\n',
    });
    git('tag', 'v0.2.0');
    writeFileSync(join(folder, 'more.js'), '');
    expect(publish()).toMatchObject({
      status: 1,
      stderr: 'There are changes that are not committed: @acme/core is published as its tag has it.\n',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
