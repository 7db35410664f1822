/**
 * After the tasks: what Nx restored from its cache must be there, whole. Nx itself does not look (nrwl/nx#36932): a part
 * that its cache has lost is missing in the workspace, too, and it speaks of a hit.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostTasksExecution } from '@nx/devkit';
import { cacheFolder } from '../graph/nx';

/** Folders of outputs that this plugin's executors write. */
const OUTPUTS = /^dist\/flow\/[^/]+\/(spin|steps)\/[^/]+$/;

const RESTORED: ReadonlySet<string> = new Set(['local-cache', 'local-cache-kept-existing', 'remote-cache']);

/** @throws Error that names every damaged output: the command has failed then */
export const postTasksExecution: PostTasksExecution = async (_options, { workspaceRoot, taskResults }) => {
  const restored = Object.values(taskResults).filter(
    ({ task, status }) => RESTORED.has(status) && task.outputs.some((path) => OUTPUTS.test(path)),
  );
  if (restored.length === 0) return;
  const { damageOf } = await import('@nx-flow/core/heads');
  const damaged: string[] = [];
  let remote = false;
  for (const { task, status } of restored) {
    for (const path of task.outputs.filter((output) => OUTPUTS.test(output))) {
      const damage = damageOf(join(workspaceRoot, path), task.hash);
      if (damage === undefined) continue;
      damaged.push(`${path} ${damage}`);
      remote ||= status === 'remote-cache';
      // What is not there is executed, the next time.
      rmSync(join(workspaceRoot, path), { recursive: true, force: true });
      if (task.hash) rmSync(join(cacheFolder(workspaceRoot), task.hash), { recursive: true, force: true });
    }
  }
  if (damaged.length === 0) return;
  const next = remote
    ? 'It lies so in the remote cache, too: give the command again with --skip-remote-cache.'
    : 'It was removed from the cache: give the command again.';
  throw new Error(
    `FLOW_CACHE_DAMAGED  What Nx restored from its cache is not whole: ${damaged.join(', ')}. ${next}`,
  );
};
