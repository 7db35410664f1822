/** The executor `snapshot`: the run of today's code as a file that Nx caches. */
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { runCommand } from './run-command';

export default async function snapshot(
  options: ExecutorOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { publishedFor } = await import('../keys/published');
  const { projectRoots } = await import('../nx/project-roots');
  const { file: _, ...refused } = publishedFor(context);
  const extraFolders = projectRoots(context).map((root) => join(context.root, root));
  return runCommand('snapshot', options, context, {
    ...refused,
    extraFolders,
    force: await isHashedByMore(options, context),
  });
}

/** Whether the target has the user's own inputs. They may have caused the cache miss, and no run records them. */
async function isHashedByMore(
  { flow: file, name }: ExecutorOptions,
  context: ExecutorContext,
): Promise<boolean> {
  const { inferredInputs } = await import('../graph/targets');
  const { lastSources } = await import('../graph/sources');
  const flows = lastSources(context.root).find((source) => source.file === file)?.flows ?? [];
  const flow = flows.find((found) => found.name === (name ?? found.name));
  const root = context.projectGraph.nodes[context.projectName ?? '']?.data.root;
  if (!flow || root === undefined) return true;
  const inferred = new Set(
    inferredInputs('snapshot', { flow, file, root }).map((input) => JSON.stringify(input)),
  );
  return (context.target?.inputs ?? []).some((input) => !inferred.has(JSON.stringify(input)));
}
