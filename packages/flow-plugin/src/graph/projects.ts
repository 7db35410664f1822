/** Finds a flow's project: the nearest existing one, or else its own folder. */
import { existsSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { readJson, workspacesMatcher } from '../nx/nx';

export interface Place {
  /** From the workspace root; `.` is the root itself. */
  root: string;
  name: string;
  /** Nx knows the project without this plugin, which must not name it. */
  existing: boolean;
}

interface Manifest {
  name?: string;
  nx?: { name?: string };
}

/**
 * The projects of flow files. `manifests` are the project.json and package.json files of the workspace. An
 * inferred project gets none of their names, since two projects of one name stop every Nx command.
 */
export function placesOf(
  files: readonly string[],
  manifests: readonly string[],
  workspace: string,
): Map<string, Place> {
  const projects = new Projects(workspace);
  const roots = new Map(files.map((file) => [file, projects.nearest(posix.dirname(file))]));
  const folders = [...roots].filter(([, root]) => root === undefined).map(([file]) => posix.dirname(file));
  const names = namesOf([...new Set(folders)], manifests, projects);
  const places = new Map<string, Place>();
  for (const [file, root] of roots) {
    const folder = posix.dirname(file);
    if (root !== undefined) places.set(file, { root, name: projects.nameOf(root), existing: true });
    else places.set(file, { root: folder, name: names.get(folder) as string, existing: false });
  }
  return places;
}

/**
 * A folder's project has the folder's name. If another project has it, its path; if another project has that too,
 * a name that no project has.
 */
function namesOf(folders: string[], manifests: readonly string[], projects: Projects): Map<string, string> {
  if (folders.length === 0) return new Map();
  const roots = [...new Set(manifests.map((file) => posix.dirname(file)))].filter((root) =>
    projects.has(root),
  );
  const others = roots.map((root) => projects.nameOf(root));
  const claims = new Map<string, number>();
  for (const name of [...others, ...folders.map((folder) => projects.nameOf(folder))]) {
    claims.set(name, (claims.get(name) ?? 0) + 1);
  }
  const taken = new Set(others);
  const names = new Map<string, string>();
  const give = (folder: string, name: string) => {
    taken.add(name);
    names.set(folder, name);
  };
  const [alone, together] = [folders.filter(isAlone), folders.filter((folder) => !isAlone(folder))];
  for (const folder of alone) give(folder, projects.nameOf(folder));
  for (const folder of together) {
    const path = folder.replaceAll('/', '-').toLowerCase();
    let name = path;
    for (let n = 1; taken.has(name); n++) name = n === 1 ? `${path}-flow` : `${path}-flow-${n}`;
    give(folder, name);
  }
  return names;

  function isAlone(folder: string): boolean {
    return claims.get(projects.nameOf(folder)) === 1;
  }
}

/** Reads the projects from the manifests. Each folder is read once. */
class Projects {
  readonly #known = new Map<string, boolean>();
  readonly #names = new Map<string, string>();
  readonly #files = new Map<string, boolean>();
  #inWorkspaces: ((manifest: string) => boolean) | undefined;

  constructor(private readonly workspace: string) {}

  nearest(folder: string): string | undefined {
    for (let root = folder; ; root = posix.dirname(root)) {
      if (this.has(root)) return root;
      if (root === '.') return undefined;
    }
  }

  /** As in Nx, a project has a project.json, or a package.json that the package manager's workspaces match. */
  has(root: string): boolean {
    let known = this.#known.get(root);
    if (known === undefined) {
      known =
        this.#exists(root, 'project.json') ||
        (this.#exists(root, 'package.json') && this.#isInWorkspaces(posix.join(root, 'package.json')));
      this.#known.set(root, known);
    }
    return known;
  }

  nameOf(root: string): string {
    let name = this.#names.get(root);
    if (name === undefined) {
      const pack = this.#read(root, 'package.json');
      const own = this.#read(root, 'project.json').name ?? pack.nx?.name ?? pack.name;
      name = own ?? basename(join(this.workspace, root)).toLowerCase();
      this.#names.set(root, name);
    }
    return name;
  }

  #exists(root: string, file: string): boolean {
    const path = join(this.workspace, root, file);
    let exists = this.#files.get(path);
    if (exists === undefined) {
      exists = existsSync(path);
      this.#files.set(path, exists);
    }
    return exists;
  }

  #read(root: string, file: string): Manifest {
    if (!this.#exists(root, file)) return {};
    try {
      return readJson(join(this.workspace, root, file));
    } catch {
      // The file is broken: Nx itself reports it.
      return {};
    }
  }

  #isInWorkspaces(manifest: string): boolean {
    this.#inWorkspaces ??= workspacesMatcher(this.workspace);
    return this.#inWorkspaces(manifest);
  }
}
