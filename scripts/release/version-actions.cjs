/**
 * What `nx release version` does here: one version for all packages, each exact where another asks for it, in the
 * manifests, in the lock file and in the changelog. Nx's own actions for npm are a part of @nx/js, whose version has
 * to be that of Nx, and whose tree is larger than all else that this repository installs.
 */
const { join } = require('node:path');
const { VersionActions } = require('nx/release');
const { dependencyIn, released, withDependencies, withEntry } = require('./texts.cjs');

const LOCK = 'package-lock.json';
const CHANGELOG = 'CHANGELOG.md';

module.exports = class extends VersionActions {
  validManifestFilenames = ['package.json'];

  async readCurrentVersionFromSourceManifest(tree) {
    const manifestPath = this.#manifest;
    return { currentVersion: read(tree, manifestPath).version, manifestPath };
  }

  /** The manifests say it: no registry is asked. */
  async readCurrentVersionFromRegistry() {
    return null;
  }

  async readCurrentVersionOfDependency(tree, graph, project) {
    const found = dependencyIn(read(tree, this.#manifest), packageOf(graph, project));
    return { currentVersion: found?.range ?? null, dependencyCollection: found?.collection ?? null };
  }

  async updateProjectVersion(tree, version) {
    const changed = (entry) => ({ ...entry, version });
    write(tree, this.#manifest, changed(read(tree, this.#manifest)));
    write(tree, LOCK, withEntry(read(tree, LOCK), this.projectGraphNode.data.root, changed));
    const day = new Date().toISOString().slice(0, 10);
    tree.write(CHANGELOG, released(tree.read(CHANGELOG, 'utf-8'), version, day));
    return [`${this.#manifest} has the version ${version}`];
  }

  async updateProjectDependencies(tree, graph, versionsByProject) {
    const versions = Object.fromEntries(
      Object.entries(versionsByProject).map(([project, version]) => [packageOf(graph, project), version]),
    );
    const changed = (entry) => withDependencies(entry, versions);
    write(tree, this.#manifest, changed(read(tree, this.#manifest)));
    write(tree, LOCK, withEntry(read(tree, LOCK), this.projectGraphNode.data.root, changed));
    return Object.entries(versions).map(([name, version]) => `${this.#manifest} asks for ${name} ${version}`);
  }

  get #manifest() {
    return join(this.projectGraphNode.data.root, 'package.json');
  }
};

function packageOf(graph, project) {
  return graph.nodes[project]?.data.metadata?.js?.packageName ?? project;
}

function read(tree, file) {
  return JSON.parse(tree.read(file, 'utf-8'));
}

function write(tree, file, content) {
  tree.write(file, `${JSON.stringify(content, null, 2)}\n`);
}
