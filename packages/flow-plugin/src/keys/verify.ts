/**
 * After the tasks: a result from Nx's cache must be complete there, and a new entry must match its hash. Nx itself
 * does not check (nrwl/nx#36932): a part that its cache has lost is missing in the workspace too, and Nx reports a
 * hit. In the workspace itself, another command may have replaced restored files.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostTasksExecution } from '@nx/devkit';
import { cacheFolder } from '../nx/nx';

/** Folders of outputs that this plugin's executors write. */
const OUTPUTS = /^dist\/flow\/[^/]+\/(spin|steps)\/[^/]+$/;

const RESTORED: ReadonlySet<string> = new Set(['local-cache', 'local-cache-kept-existing', 'remote-cache']);

/** @throws Error that names every damaged output; the command then fails */
export const postTasksExecution: PostTasksExecution = async (_options, { workspaceRoot, taskResults }) => {
  const ours = Object.values(taskResults).flatMap(({ task, status }) => {
    const { hash } = task;
    const paths = task.outputs.filter((path) => OUTPUTS.test(path));
    return hash === undefined ? [] : paths.map((path) => ({ path, hash, status }));
  });
  if (ours.length === 0) return;
  const { damageOf, isMisnamed } = await import('@nx-flow/core/keys');
  const cache = cacheFolder(workspaceRoot);
  const damaged: string[] = [];
  let remote = false;
  for (const { path, hash, status } of ours) {
    const entry = join(cache, hash);
    const kept = join(entry, path);
    if (!RESTORED.has(status)) {
      // Code changed during the execution, or two commands ran at once: the cache entry does not match its hash.
      if (status === 'success' && isMisnamed(kept, hash)) rmSync(entry, { recursive: true, force: true });
      continue;
    }
    const cached = existsSync(entry);
    const damage = isMisnamed(kept, hash)
      ? 'was made by other code, or by another command'
      : damageOf(cached ? kept : join(workspaceRoot, path));
    if (damage === undefined) continue;
    damaged.push(`${path} ${damage}`);
    remote ||= status === 'remote-cache';
    // A removed output is executed the next time.
    rmSync(join(workspaceRoot, path), { recursive: true, force: true });
    rmSync(entry, { recursive: true, force: true });
  }
  if (damaged.length === 0) return;
  const next = remote
    ? 'It lies so in the remote cache, too: give the command again with --skip-remote-cache.'
    : 'It was removed from the cache: give the command again.';
  throw new Error(
    `FLOW_CACHE_DAMAGED  What Nx restored from its cache is not whole: ${damaged.join(', ')}. ${next}`,
  );
};
