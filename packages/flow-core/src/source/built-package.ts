/** Recognises JavaScript files of a package that is used as built, though it is outside any node_modules. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Folders of packages, by the folders in them. */
const roots = new Map<string, string | undefined>();
const built = new Map<string, boolean>();

/**
 * Whether a file belongs to a package that the flow finds by its name, through a link, and whose entry is
 * JavaScript: a library of the workspace after its build. The flow's own package does not count.
 * @param flow the file that is imported first
 * @param resolve finds a package as Node does, without the `paths` of any tsconfig
 */
export function isBuilt(
  file: string,
  flow: string,
  resolve: (request: string, folder: string) => string,
): boolean {
  const root = rootOf(dirname(file));
  if (root === undefined || flow.startsWith(root + sep)) return false;
  const key = `${root}\n${rootOf(dirname(flow))}`;
  let found = built.get(key);
  if (found === undefined) {
    found = entryIsBuilt(root, flow, resolve);
    built.set(key, found);
  }
  return found;
}

function entryIsBuilt(
  root: string,
  flow: string,
  resolve: (request: string, folder: string) => string,
): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const entry = resolve(name, dirname(flow));
    return entry.startsWith(root + sep) && /\.[cm]?js$/.test(entry);
  } catch {
    // A package without a name, an entry or a link is source.
    return false;
  }
}

function rootOf(folder: string): string | undefined {
  if (roots.has(folder)) return roots.get(folder);
  const up = dirname(folder);
  const root = existsSync(join(folder, 'package.json')) ? folder : up === folder ? undefined : rootOf(up);
  roots.set(folder, root);
  return root;
}
