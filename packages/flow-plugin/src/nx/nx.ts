/**
 * What we use of Nx's insides, in one place; the same in 23.3 and 24. Each is loaded on first use: the plugin's process
 * has some of it already, and what it has not costs up to 0.2 s.
 */
import { join } from 'node:path';

/** Files of the workspace below some folders that git does not ignore, for where there is no git to ask. */
export function filesBelow(workspace: string, folders: string[]): string[] {
  const nx = require('nx/src/utils/workspace-context') as typeof import('nx/src/utils/workspace-context');
  const globs = folders.map((folder) => (folder === '.' ? '**/*' : `${folder}/**/*`));
  return nx.globWithWorkspaceContextSync(workspace, globs).sort();
}

let fileutils: typeof import('nx/src/utils/fileutils') | undefined;

/** Reads JSON with comments, as Nx does. @throws Error where there is no such file, or it does not parse */
export function readJson<T>(file: string): T {
  // Asking for a module a second time still costs a tenth of a millisecond, of which there are hundreds.
  fileutils ??= require('nx/src/utils/fileutils') as typeof import('nx/src/utils/fileutils');
  return fileutils.readJsonFile(file) as T;
}

/** Whether a package.json is a project, by the workspaces of the package manager (npm, yarn, pnpm, lerna). */
export function workspacesMatcher(workspace: string): (manifest: string) => boolean {
  const nx = require('nx/src/plugins/package-json') as typeof import('nx/src/plugins/package-json');
  const patterns = nx.buildPackageJsonPatterns(workspace, (path) => readJson(join(workspace, path)));
  return nx.buildPackageJsonWorkspacesMatcher(patterns);
}

/** The folder in which Nx and its plugins keep what they computed; `nx reset` empties it. */
export function workspaceData(workspace: string): string {
  const nx = require('nx/src/utils/cache-directory') as typeof import('nx/src/utils/cache-directory');
  return nx.workspaceDataDirectoryForWorkspace(workspace);
}

/** The folder in which Nx keeps what tasks left; each entry is a folder that is called by the task's hash. */
export function cacheFolder(workspace: string): string {
  const nx = require('nx/src/utils/cache-directory') as typeof import('nx/src/utils/cache-directory');
  return nx.cacheDirectoryForWorkspace(workspace);
}

/**
 * The files that filesets with `includeIgnored` match, from the workspace root, sorted; undefined where this version of
 * Nx does not tell.
 */
export function filesOfInputs(workspace: string, globs: string[]): string[] | undefined {
  const nx = require('nx/src/native') as Partial<typeof import('nx/src/native')>;
  return nx.expandFilesInput?.(workspace, globs);
}

/** The targets of the graph that the present command was made with, of executors whose names begin so; by project. */
export function cachedTargets(
  executors: string,
): [project: string, targets: { target: string; executor: string; options: Record<string, unknown> }[]][] {
  const nx =
    require('nx/src/project-graph/project-graph') as typeof import('nx/src/project-graph/project-graph');
  return Object.entries(nx.readCachedProjectGraph().nodes).map(([project, { data }]) => [
    project,
    Object.entries(data.targets ?? {}).flatMap(([target, { executor, options = {} }]) =>
      executor?.startsWith(executors) ? [{ target, executor, options }] : [],
    ),
  ]);
}

/** The task that an edge of the task graph leads to: before 24, the edge is its name. */
export function neededTask(edge: string | { id: string }): string {
  return typeof edge === 'string' ? edge : edge.id;
}
