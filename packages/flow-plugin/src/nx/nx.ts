/**
 * All uses of Nx's internals, in one place. They are the same in 23.3 and 24. Each is loaded on first use: the
 * plugin's process has some of them already, and the others cost up to 0.2 s.
 */
import { join } from 'node:path';

/** The files below some folders that git would not ignore, for workspaces without git. */
export function filesBelow(workspace: string, folders: string[]): string[] {
  const nx = require('nx/src/utils/workspace-context') as typeof import('nx/src/utils/workspace-context');
  const globs = folders.map((folder) => (folder === '.' ? '**/*' : `${folder}/**/*`));
  return nx.globWithWorkspaceContextSync(workspace, globs).sort();
}

let fileutils: typeof import('nx/src/utils/fileutils') | undefined;

/** Reads JSON with comments, as Nx does. @throws Error when the file is missing or does not parse */
export function readJson<T>(file: string): T {
  // A repeated `require` still costs a tenth of a millisecond, and there are hundreds of calls.
  fileutils ??= require('nx/src/utils/fileutils') as typeof import('nx/src/utils/fileutils');
  return fileutils.readJsonFile(file) as T;
}

/** Returns whether a package.json is a project, by the package manager's workspaces (npm, yarn, pnpm, lerna). */
export function workspacesMatcher(workspace: string): (manifest: string) => boolean {
  const nx = require('nx/src/plugins/package-json') as typeof import('nx/src/plugins/package-json');
  const patterns = nx.buildPackageJsonPatterns(workspace, (path) => readJson(join(workspace, path)));
  return nx.buildPackageJsonWorkspacesMatcher(patterns);
}

let directories: typeof import('nx/src/utils/cache-directory') | undefined;

/** The folder in which Nx and its plugins cache data. `nx reset` empties it. */
export function workspaceData(workspace: string): string {
  directories ??= require('nx/src/utils/cache-directory') as typeof import('nx/src/utils/cache-directory');
  return directories.workspaceDataDirectoryForWorkspace(workspace);
}

/** Nx's cache of task outputs. Each entry is a folder named by the task's hash. */
export function cacheFolder(workspace: string): string {
  const nx = require('nx/src/utils/cache-directory') as typeof import('nx/src/utils/cache-directory');
  return nx.cacheDirectoryForWorkspace(workspace);
}

/**
 * The files that filesets with `includeIgnored` match, from the workspace root, sorted. Undefined when this
 * version of Nx cannot list them.
 */
export function filesOfInputs(workspace: string, globs: string[]): string[] | undefined {
  const nx = require('nx/src/native') as Partial<typeof import('nx/src/native')>;
  return nx.expandFilesInput?.(workspace, globs);
}

/** The targets in the current command's graph whose executors' names begin with `executors`, by project. */
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

/** The task at the end of a task graph's edge. Before Nx 24, the edge is the task's name. */
export function neededTask(edge: string | { id: string }): string {
  return typeof edge === 'string' ? edge : edge.id;
}
