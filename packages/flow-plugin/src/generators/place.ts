/** The place of a new flow: its name, and the folder of its file. */
import { posix } from 'node:path';
import { getProjects, type Tree } from '@nx/devkit';
import { FlowError } from '@nx-flow/core';
import { flowNameProblem, stem, suggest } from '@nx-flow/core/source';
import { knownProjects } from './known-projects';

export interface PlaceOptions {
  /** A name, or a path that ends in it. */
  name: string;
  directory?: string;
  project?: string;
  /** The folder in which the command was typed, from the workspace's root. */
  cwd?: string;
}

export interface NewFlow {
  name: string;
  /** From the workspace's root. */
  folder: string;
}

/**
 * A given folder is used unchanged. Otherwise the flow goes into the project that contains its path. Without one,
 * it goes into a folder of its own name, which the plugin turns into a project of that name.
 * @throws FlowError FLOW_NAME, FLOW_OUTSIDE, FLOW_PROJECT_NOT_FOUND, FLOW_PROJECT_TAKEN
 */
export function placeOf(tree: Tree, { name: given, directory, project, cwd = '' }: PlaceOptions): NewFlow {
  const path = given.replaceAll('\\', '/').replace(/\/+$/, '');
  const name = stem(path);
  const problem = flowNameProblem(name);
  if (problem) throw new FlowError(problem.code, problem.message);
  const projects = new Map([...getProjects(tree)].map(([project, { root }]) => [project, root]));
  const within = posix.join(directory ?? '', posix.dirname(path));
  const folder = project === undefined ? from(cwd, within) : posix.join(rootOf(project, projects), within);
  if (folder.startsWith('..') || posix.isAbsolute(folder)) {
    throw new FlowError(
      'FLOW_OUTSIDE',
      `${posix.join(folder, name)} is not in the workspace: give a path from its root, or from your folder in it.`,
    );
  }
  if (project !== undefined || isInProject(folder, projects.values())) return { name, folder };
  const own = directory === undefined ? posix.join(folder, name) : folder;
  refuseTaken(own, projects);
  return { name, folder: own };
}

/** Refuses a folder whose project name is taken: two projects of one name stop every Nx command. */
function refuseTaken(folder: string, projects: ReadonlyMap<string, string>): void {
  const root = projects.get(folder.toLowerCase());
  if (root === undefined || root === folder) return;
  throw new FlowError(
    'FLOW_PROJECT_TAKEN',
    `${folder} would be a project, and ${root} is called so already: put the flow there with --project=${folder.toLowerCase()}, or choose another folder.`,
  );
}

/** As in Nx's own generators, a path that begins with the current folder counts from the root. */
function from(cwd: string, path: string): string {
  const fromRoot = cwd !== '' && (path === cwd || path.startsWith(`${cwd}/`));
  return fromRoot ? path : posix.join(cwd, path);
}

/** The root of a project in the tree, or of one that a plugin inferred when the command began. */
function rootOf(project: string, projects: ReadonlyMap<string, string>): string {
  const inferred = knownProjects().map(({ name, root }) => [name as string, root] as const);
  const roots = new Map([...inferred, ...projects]);
  const root = roots.get(project);
  if (root !== undefined) return root;
  const message = `There is no project "${project}" in this workspace. ${suggest(project, roots.keys())}`;
  throw new FlowError('FLOW_PROJECT_NOT_FOUND', message);
}

/** Whether a folder is in a project. The workspace's root does not count, even if it is a project. */
function isInProject(folder: string, roots: Iterable<string>): boolean {
  return [...roots].some((root) => root !== '.' && (folder === root || folder.startsWith(`${root}/`)));
}
