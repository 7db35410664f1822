/** The store that this version no longer finds: before, a `.flow` or the outermost package.json decided. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isForeign } from './owners';

/** The store with runs that was used from a folder before, or undefined where it is the same or has none. */
export function formerStore(from: string, workspace: string): string | undefined {
  const former = formerWorkspace(from);
  const store = join(former, '.flow');
  return former !== workspace && hasRuns(store) ? store : undefined;
}

/** The same where the workspace is known without a search. */
export function formerStoreBelow(from: string, workspace: string): string | undefined {
  for (let folder = from; folder !== workspace; folder = dirname(folder)) {
    if (dirname(folder) === folder) return undefined;
    if (existsSync(join(folder, '.flow'))) return formerStore(from, workspace);
  }
  return undefined;
}

/** The nearest folder upward with `.flow`, `nx.json` or a root package.json; else the outermost package.json. */
function formerWorkspace(from: string): string {
  let outermost: string | undefined;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (dirname(folder) === folder) return outermost ?? resolve(from);
    if (existsSync(join(folder, '.flow')) || existsSync(join(folder, 'nx.json'))) return folder;
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    outermost = folder;
    if (isRoot(manifest)) return folder;
  }
}

function isRoot(manifest: string): boolean {
  try {
    return 'workspaces' in JSON.parse(readFileSync(manifest, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether something was recorded in a store of one's own: a database that was only opened has an empty log. */
function hasRuns(store: string): boolean {
  try {
    if (isForeign(statSync(store))) return false;
    const database = join(store, 'db');
    return readdirSync(database).some(
      (file) => file.endsWith('.ldb') || (file.endsWith('.log') && statSync(join(database, file)).size > 0),
    );
  } catch {
    return false;
  }
}
