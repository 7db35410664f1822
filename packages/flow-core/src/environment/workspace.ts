/** The workspace: the folder that holds flows and, by default, their store. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The nearest folder upward with `.flow`, `nx.json` or a root package.json (the outermost one, or one with
 * workspaces). Without one, the folder itself. The file system's root is never the workspace of a folder below it,
 * whatever files it holds.
 */
export function findWorkspace(from: string): string {
  let outermost: string | undefined;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (dirname(folder) === folder) return outermost ?? resolve(from);
    if (existsSync(join(folder, '.flow')) || existsSync(join(folder, 'nx.json'))) return folder;
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      outermost = folder;
      if (isRoot(manifest)) return folder;
    }
  }
}

function isRoot(manifest: string): boolean {
  try {
    return 'workspaces' in JSON.parse(readFileSync(manifest, 'utf8'));
  } catch {
    return false;
  }
}

/** The store's folder: `--store`, `NX_FLOW_STORE`, or `.flow` in the workspace. Relative ones count from `cwd`. */
export function storeFolder(workspace: string, cwd: string, option?: string): string {
  const chosen = option ?? (process.env.NX_FLOW_STORE || undefined);
  return chosen === undefined ? join(workspace, '.flow') : resolve(cwd, chosen);
}
