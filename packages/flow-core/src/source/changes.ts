/** When something was changed last that a flow may read: in its folder, and in what the workspace has installed. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** No sources: made by tools, or installed. */
const IGNORED = new Set(['node_modules', 'dist', 'build', 'coverage', 'tmp']);
const LOCK_FILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'tsconfig.base.json'];

/** Milliseconds since 1970. Folders inside count too: a file that was removed from one changes it. */
export function newestChange(folder: string, workspace: string): number {
  const times = LOCK_FILES.map((name) => changedAt(join(workspace, name)));
  const visit = (at: string) => {
    // Tools make folders of their own beside the flow.
    if (at !== folder) times.push(changedAt(at));
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (IGNORED.has(entry.name) || entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) visit(join(at, entry.name));
      else times.push(changedAt(join(at, entry.name)));
    }
  };
  visit(folder);
  return times.reduce((a, b) => Math.max(a, b), 0);
}

function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
