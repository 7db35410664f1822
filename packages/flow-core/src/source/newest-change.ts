/** The time of the newest change to anything that a flow may read: its folders and the installed packages. */
import { readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Made by tools, or installed. */
const IGNORED = new Set(['node_modules', 'dist', '.flow', '.git', '.nx']);
const LOCK_FILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'tsconfig.base.json'];

/**
 * Milliseconds since 1970. Folders inside count too: a file that was removed from one changes it.
 * @param places folders, with all that is in them, or files
 */
export function newestChange(places: readonly string[], workspace: string): number {
  let newest = 0;
  const see = (stats: Stats | undefined) => {
    // A copied or moved file may keep an old mtime: ctime shows the change.
    newest = Math.max(newest, stats?.mtimeMs ?? 0, stats?.ctimeMs ?? 0);
  };
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (IGNORED.has(entry.name)) continue;
      const path = join(folder, entry.name);
      see(statsOf(path));
      if (entry.isDirectory()) visit(path);
    }
  };
  for (const name of LOCK_FILES) see(statsOf(join(workspace, name)));
  for (const place of new Set(places)) {
    const stats = statsOf(place);
    if (stats?.isDirectory()) visit(place);
    const there = stats ? place : dirname(place);
    // Tools create folders in the workspace, so the time of the workspace folder itself says nothing.
    if (there !== workspace) see(statsOf(there));
  }
  return newest;
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
