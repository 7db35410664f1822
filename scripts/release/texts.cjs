/** What a release changes in the texts of this repository: manifests, the lock file, the changelog. Pure. */

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** The collection in which a manifest names a package, with the range that it asks for; `null` where it names none. */
function dependencyIn(manifest, name) {
  const collection = DEPENDENCIES.find((key) => manifest[key]?.[name] !== undefined);
  return collection === undefined ? null : { collection, range: manifest[collection][name] };
}

/** A manifest, or a package's entry in the lock file, that asks for these versions: exactly, since all move together. */
function withDependencies(manifest, versions) {
  const changed = { ...manifest };
  for (const key of DEPENDENCIES) {
    const asked = Object.keys(manifest[key] ?? {}).filter((name) => versions[name] !== undefined);
    if (asked.length === 0) continue;
    changed[key] = { ...manifest[key], ...Object.fromEntries(asked.map((name) => [name, versions[name]])) };
  }
  return changed;
}

/** The lock file after `change` of the entry of one of the workspace's own packages. */
function withEntry(lock, root, change) {
  const entry = lock.packages[root];
  if (entry === undefined)
    throw new Error(`package-lock.json has no entry for ${root}: run npm install first.`);
  return { ...lock, packages: { ...lock.packages, [root]: change(entry) } };
}

/**
 * The changelog in which the section at the top is that of a version that is out. A prerelease leaves it as it is.
 * @param day The day of the release, as 2026-11-28
 * @throws where the section at the top is none to be released
 */
function released(changelog, version, day) {
  if (version.includes('-')) return changelog;
  const [heading, named] = changelog.match(/^## (.*)$/m) ?? [];
  if (named?.startsWith(`${version} (`) && !named.endsWith('(unreleased)')) return changelog;
  if (named !== `${version} (unreleased)`) {
    throw new Error(
      `CHANGELOG.md has to begin with "## ${version} (unreleased)" for ${version} to be released; it begins with ${heading === undefined ? 'no section' : `"${heading}"`}.`,
    );
  }
  return changelog.replace(heading, `## ${version} (${day})`);
}

module.exports = { dependencyIn, released, withDependencies, withEntry };
