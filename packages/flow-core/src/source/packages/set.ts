/** A set of npm packages: its name on disk, and the dependencies that npm installs. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FlowError } from '../../definition/errors';

export interface PackageSet {
  /** The name of the folder: equal for the same packages on the same kind of machine. */
  hash: string;
  names: readonly string[];
  /** As in package.json, with local files as absolute paths. */
  dependencies: Record<string, string>;
  /** For people: `left-pad@1.3.0, lodash@4`. */
  text: string;
}

/** Local specifications: `file:…` and paths, which npm takes for a folder or a tarball next to package.json. */
const LOCAL = /^(file:|\.{1,2}[\\/]|[\\/]|~\/|[A-Za-z]:[\\/])/;

/**
 * @param workspace the folder that relative files count from
 * @throws FlowError FLOW_PACKAGES for a file that is not there
 */
export function packageSet(packages: Record<string, string>, workspace: string): PackageSet {
  const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  const dependencies: Record<string, string> = {};
  const content: (string | undefined)[] = [];
  for (const [name, spec] of sorted) {
    const path = LOCAL.test(spec) ? resolve(workspace, spec.replace(/^file:/, '')) : undefined;
    if (path !== undefined && !existsSync(path)) {
      throw new FlowError(
        'FLOW_PACKAGES',
        `The package "${name}" is to come from ${spec}, but there is no ${path}: a path counts from the workspace.`,
        { exit: 1 },
      );
    }
    dependencies[name] = path === undefined ? spec : `file:${path}`;
    content.push(path === undefined ? undefined : contentHash(path));
  }
  const key = JSON.stringify([
    1,
    sorted,
    // A local package may change under the same name.
    content,
    // Native builds depend on these.
    process.versions.modules,
    process.platform,
    process.arch,
    existsSync('/etc/alpine-release') ? 'musl' : '',
  ]);
  return {
    hash: createHash('sha256').update(key).digest('hex').slice(0, 16),
    names: sorted.map(([name]) => name),
    dependencies,
    text: sorted.map(([name, spec]) => `${name}@${spec}`).join(', '),
  };
}

/** Hashes a tarball, or everything in a folder that npm might pack. */
function contentHash(path: string): string {
  const hash = createHash('sha256');
  const add = (at: string, name: string) => {
    if (!statSync(at).isDirectory()) {
      hash.update(JSON.stringify(name)).update(readFileSync(at));
      return;
    }
    for (const entry of readdirSync(at).sort()) {
      if (entry !== 'node_modules' && entry !== '.git') add(join(at, entry), `${name}/${entry}`);
    }
  };
  add(path, '');
  return hash.digest('hex');
}
