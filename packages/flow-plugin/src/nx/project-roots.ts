/** The folders of the files that a flow may read. */
import type { ExecutorContext } from '@nx/devkit';

/** The roots of the flow's project and of all its dependencies, direct or not, from the workspace root. Sorted. */
export function projectRoots({ projectGraph, projectName = '' }: ExecutorContext): string[] {
  const { nodes, dependencies } = projectGraph;
  const projects = new Set([projectName]);
  for (const project of projects)
    for (const { target } of dependencies[project] ?? []) if (nodes[target]) projects.add(target);
  return [...projects].flatMap((project) => nodes[project]?.data.root ?? []).sort();
}
